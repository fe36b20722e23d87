namespace Microsoft.ML.Spiking;

/// <summary>How the learning rate changes over the training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Half a cosine from the learning rate to 0.</summary>
    Cosine,

    /// <summary>The learning rate as given.</summary>
    Constant,
}
