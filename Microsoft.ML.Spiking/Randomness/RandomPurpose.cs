namespace Microsoft.ML.Spiking.Randomness;

/// <summary>The purpose of random numbers. Numbers for different purposes are independent of each other.</summary>
/// <remarks>The values make a seed reproducible: they never change and are never reused.</remarks>
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

    /// <summary>Augmentation of single rows: crop, flip, cutout; the item is the row's position in the epoch.</summary>
    Augmentation = 6,

    /// <summary>The mixing of a batch's rows; the item is the position of its first row in the epoch.</summary>
    Mixing = 7,

    /// <summary>
    /// The transformation that TrivialAugment applies to a row; the item is the row's position in the epoch.
    /// </summary>
    TrivialAugment = 8,

    /// <summary>
    /// Values of a sweep's trials; the channel is the dimension's index, the item the trial's number.
    /// </summary>
    Sweeping = 9,

    /// <summary>The rows that are held out of the training rows.</summary>
    HoldingOut = 10,

    /// <summary>
    /// Augmentation of rows of event frames; the item is the row's position in the epoch. Channel 1: EventMix.
    /// </summary>
    EventAugmentation = 11,

    /// <summary>
    /// The kind in which a batch's rows are mixed, where event frames are; the item is the position of its first row in
    /// the epoch.
    /// </summary>
    EventMixing = 12,

    /// <summary>The blur of features that a teacher's are restored from; the item is the row's position.</summary>
    Blurring = 20,
}
