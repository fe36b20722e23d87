namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>Where a trial stands. The names are stored; they never change.</summary>
public enum TrialState
{
    /// <summary>A worker had begun it and left it: the next one that is free goes on with it.</summary>
    Waiting,

    /// <summary>A worker is at it.</summary>
    Running,

    /// <summary>It has been trained as far as it was to be, and may be promoted.</summary>
    Paused,

    /// <summary>Ended by successive halving: others were better after as many epochs.</summary>
    Stopped,

    /// <summary>Trained to the end.</summary>
    Completed,

    /// <summary>Diverged, or ended by an exception; the reason is with it.</summary>
    Failed,
}
