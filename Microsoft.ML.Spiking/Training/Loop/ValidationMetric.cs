namespace Microsoft.ML.Spiking;

/// <summary>What makes one epoch better than another, measured on the validation rows.</summary>
public enum ValidationMetric
{
    /// <summary>The part of all rows classified correctly; of two alike, the lower loss.</summary>
    Accuracy,

    /// <summary>The mean, over the classes that occur, of the part of a class's rows classified correctly; of two alike, the lower loss.</summary>
    MacroAccuracy,

    /// <summary>The mean cross entropy of the scores; lower is better.</summary>
    Loss,
}
