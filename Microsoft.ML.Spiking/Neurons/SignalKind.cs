namespace Microsoft.ML.Spiking.Neurons;

/// <summary>The kind of the values that pass between two layers.</summary>
internal enum SignalKind
{
    /// <summary>The same real values at every time step.</summary>
    Constant,

    /// <summary>Zeros and ones.</summary>
    Spikes,

    /// <summary>Real values that differ between time steps.</summary>
    Graded,
}
