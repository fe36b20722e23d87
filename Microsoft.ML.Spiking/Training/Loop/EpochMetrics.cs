namespace Microsoft.ML.Spiking;

/// <summary>What is known at the end of an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Loss">Mean training loss over the epoch's rows, weighted as in training.</param>
/// <param name="Accuracy">Part of the training rows classified correctly while they were trained on, 0 to 1.</param>
/// <param name="ValidationAccuracy">Part of all validation rows classified correctly after the epoch; null without validation data.</param>
/// <param name="ValidationLoss">Mean cross entropy of the validation rows' scores; null without validation data.</param>
/// <param name="LearningRate">The learning rate of the epoch's last step.</param>
/// <param name="RowsPerSecond">Training rows per second, validation excluded.</param>
/// <param name="FiringRates">Mean number of spikes per neuron and time step of each neuron layer over the epoch, 0 to 1, by layer name in the network's order.</param>
public sealed record EpochMetrics(
    int Epoch,
    int Epochs,
    double Loss,
    double Accuracy,
    double? ValidationAccuracy,
    double? ValidationLoss,
    double LearningRate,
    double RowsPerSecond,
    IReadOnlyList<KeyValuePair<string, double>> FiringRates)
{
    /// <summary>The mean of <see cref="FiringRates"/> over all neurons of the network, 0 to 1.</summary>
    public required double MeanFiringRate { get; init; }

    /// <summary>
    /// The mean, over the classes that occur among them, of the part of a class's validation rows classified correctly; null
    /// without validation data.
    /// </summary>
    public double? ValidationMacroAccuracy { get; init; }

    /// <summary>The part of the epoch that was spent waiting for rows, 0 to 1.</summary>
    internal double WaitingShare { get; init; }
}
