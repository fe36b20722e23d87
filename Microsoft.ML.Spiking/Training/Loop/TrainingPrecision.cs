namespace Microsoft.ML.Spiking;

/// <summary>How precisely convolutions and linear layers multiply in training.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits everywhere.</summary>
    Full,

    /// <summary>
    /// What these layers take and give, and their weights, are rounded to bfloat16 (8 bits of precision) as they are used;
    /// the weights that are trained, the neurons' state, normalizations, the loss and validation stay in 32 bits. Meant
    /// for devices with bfloat16 units, elsewhere it is slower.
    /// </summary>
    BFloat16,
}
