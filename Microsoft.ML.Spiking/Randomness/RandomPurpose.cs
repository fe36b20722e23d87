namespace Microsoft.ML.Spiking.Randomness;

/// <summary>What random numbers are for. Numbers for different purposes are independent of each other.</summary>
/// <remarks>The values are part of what makes a seed repeatable: they never change and are never used again.</remarks>
internal enum RandomPurpose
{
    /// <summary>Initial values of the weights; the item is a hash of the array's name.</summary>
    Initialization = 1,

    /// <summary>The order of an epoch's rows; the item is the chunk of the rows.</summary>
    Shuffling = 2,

    /// <summary>Dropout masks; the channel is the layer's index, the item the row's position in the epoch.</summary>
    Dropout = 3,

    /// <summary>Spikes of a random encoder; the channel is the time step, the item the row's key.</summary>
    Encoding = 4,

    /// <summary>Changes of single rows: crop, flip, cutout; the item is the row's position in the epoch.</summary>
    Augmentation = 6,

    /// <summary>How the rows of a batch are mixed; the item is the position of its first row in the epoch.</summary>
    Mixing = 7,

    /// <summary>Which change of TrivialAugment a row undergoes; the item is the row's position in the epoch.</summary>
    TrivialAugment = 8,

    /// <summary>
    /// Values of a sweep's trials; the channel is the dimension's index, the item the trial's number.
    /// </summary>
    Sweeping = 9,
}
