namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>How a sweep chooses the values of its next trial.</summary>
public enum SweepSampler
{
    /// <summary>Anywhere in the space, without regard to other trials.</summary>
    Random,

    /// <summary>
    /// Where good trials have been more often than bad ones (Parzen estimators), after ten random trials.
    /// </summary>
    Parzen,
}
