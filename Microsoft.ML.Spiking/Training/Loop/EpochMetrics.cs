namespace Microsoft.ML.Spiking;

/// <summary>A report of a finished epoch.</summary>
public sealed class EpochMetrics
{
    /// <summary>Gets the number of the epoch, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets the number of epochs of the training.</summary>
    public int Epochs { get; init; }

    /// <summary>Gets the mean training loss over the epoch's rows, weighted as in training.</summary>
    public double Loss { get; init; }

    /// <summary>Gets the share of the training rows classified correctly while they were trained on, 0 to 1.</summary>
    public double Accuracy { get; init; }

    /// <summary>
    /// Gets the share of all validation rows classified correctly after the epoch, 0 to 1; null without validation
    /// data.
    /// </summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>
    /// Gets the mean, over the classes that occur among them, of the share of a class's validation rows classified
    /// correctly, 0 to 1; null without validation data.
    /// </summary>
    public double? ValidationMacroAccuracy { get; init; }

    /// <summary>
    /// Gets the mean cross entropy of the validation rows' scores, by the examples' weights where there are some; null
    /// without validation data.
    /// </summary>
    public double? ValidationLoss { get; init; }

    /// <summary>Gets the learning rate of the epoch's last step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Gets the training rows per second, validation excluded.</summary>
    public double RowsPerSecond { get; init; }

    /// <summary>
    /// Gets the mean number of spikes per neuron and time step of each neuron layer over the epoch, 0 to 1, by layer
    /// name in the network's order.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, double>> FiringRates { get; init; } = [];

    /// <summary>Gets the mean of <see cref="FiringRates"/> over all neurons of the network, 0 to 1.</summary>
    public double MeanFiringRate { get; init; }

    /// <summary>Gets the share of the epoch that was spent waiting for rows, 0 to 1.</summary>
    internal double WaitingShare { get; init; }
}

/// <summary>A report of a training's progress within an epoch.</summary>
public readonly record struct BatchProgress
{
    /// <summary>Gets the number of the epoch, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets the number of epochs of the training.</summary>
    public int Epochs { get; init; }

    /// <summary>Gets the number of rows trained on in this epoch.</summary>
    public long Rows { get; init; }

    /// <summary>Gets the number of rows of an epoch.</summary>
    public long TotalRows { get; init; }
}
