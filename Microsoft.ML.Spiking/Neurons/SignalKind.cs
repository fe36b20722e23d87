namespace Microsoft.ML.Spiking;

/// <summary>The kind of the values that pass between two layers.</summary>
public enum SignalKind
{
    /// <summary>The same real values at every time step.</summary>
    Constant,

    /// <summary>Zeros and ones.</summary>
    Spikes,

    /// <summary>Real values that differ between time steps.</summary>
    Graded,
}
