namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>Why a sweep ended.</summary>
public enum SweepEnd
{
    /// <summary>Its budget of trials or epochs is used up, and nothing is left to be trained.</summary>
    Finished,

    /// <summary>Its time is used up; started again, it goes on.</summary>
    TimeUsedUp,

    /// <summary>It was cancelled; started again, it goes on.</summary>
    Cancelled,
}
