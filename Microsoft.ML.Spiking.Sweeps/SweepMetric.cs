namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>What a sweep makes as good as it can, measured on validation rows. The names are ML.NET's.</summary>
public enum SweepMetric
{
    /// <summary>The part of all rows classified correctly.</summary>
    MicroAccuracy,

    /// <summary>The mean, over the classes, of the part of a class's rows classified correctly.</summary>
    MacroAccuracy,

    /// <summary>The mean cross entropy of the scores; lower is better.</summary>
    LogLoss,
}
