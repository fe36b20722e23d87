namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>Some active inputs that lie together: all of a vector, or those under one row of a convolution's kernel.</summary>
internal unsafe struct ActiveRun
{
    /// <summary>Their indices.</summary>
    public int* Inputs;

    /// <summary>Their values: [active, T].</summary>
    public float* Values;

    /// <summary>How many there are.</summary>
    public int Count;

    /// <summary>From an input's index to the index of its weights.</summary>
    public long WeightOffset;
}
