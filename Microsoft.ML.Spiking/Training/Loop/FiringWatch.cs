using System.Globalization;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// Warns, once in a training, of the first layer whose neurons are silent or saturated: nothing that depends on the row
/// passes such a layer, and no gradient of use comes back through it.
/// </summary>
/// <remarks>
/// Many networks start quiet and recover within an epoch or two. So the warning comes after epoch <see
/// cref="EarlyEpoch"/> where a layer has been idle in each epoch and the network has never classified better than
/// chance; else at the training's end, where that holds for the epoch whose weights are kept, or where a layer did not
/// fire in it at all.
/// </remarks>
/// <param name="network">The network in training.</param>
/// <param name="classRows">Training rows of each class.</param>
/// <param name="observer">Receives the warning.</param>
internal sealed class FiringWatch(NetworkDefinition network, IReadOnlyList<long> classRows, ITrainingObserver observer)
{
    /// <summary>The epoch after which a network that has learned nothing is reported.</summary>
    public const int EarlyEpoch = 3;

    // Spikes per neuron and time step. Below the first, hardly any row makes a layer fire.
    private const double Silent = 0.005;
    private const double Saturated = 0.99;

    private const string Remedy = "Check the range of the features and look for single values far beyond the others";

    private readonly NeuronLayer[] _layers = [.. network.AllLayers.OfType<NeuronLayer>()];
    private bool _hasWarned;

    /// <summary>Examines the epochs so far; to be called after each.</summary>
    /// <param name="history">The epochs that have ended.</param>
    public void EpochFinished(IReadOnlyList<EpochMetrics> history)
    {
        if (history.Count == EarlyEpoch && history.All(IsNoBetterThanChance))
        {
            Warn(_layers.FirstOrDefault(layer => history.All(epoch => IsIdle(layer, epoch))), history[^1]);
        }
    }

    /// <summary>Examines the epoch whose weights are kept; to be called when the training has ended.</summary>
    /// <param name="kept">That epoch.</param>
    public void TrainingFinished(EpochMetrics kept)
    {
        bool isBlind = IsNoBetterThanChance(kept);
        Warn(_layers.FirstOrDefault(layer => RateOf(layer, kept) == 0 || (isBlind && IsIdle(layer, kept))), kept);
    }

    private static double RateOf(NeuronLayer layer, EpochMetrics epoch) =>
        epoch.FiringRates.FirstOrDefault(rate => rate.Key == layer.Name, new(layer.Name, double.NaN)).Value;

    private static bool IsIdle(NeuronLayer layer, EpochMetrics epoch) =>
        RateOf(layer, epoch) < Silent || IsSaturated(layer, epoch);

    /// <summary>A layer of ReLU may well have no zeros at all.</summary>
    private static bool IsSaturated(NeuronLayer layer, EpochMetrics epoch) =>
        layer.Neuron is SpikingNeuronDefinition && RateOf(layer, epoch) > Saturated;

    /// <summary>
    /// Returns whether always choosing the largest class would be right as often, within two standard deviations.
    /// </summary>
    private bool IsNoBetterThanChance(EpochMetrics epoch)
    {
        double rows = classRows.Sum();
        double largest = classRows.Max() / rows;
        return epoch.Accuracy <= largest + (2 * Math.Sqrt(largest * (1 - largest) / rows));
    }

    private void Warn(NeuronLayer? layer, EpochMetrics epoch)
    {
        if (layer is null || _hasWarned)
        {
            return;
        }
        _hasWarned = true;
        string spikes = string.Create(CultureInfo.InvariantCulture,
            $"{RateOf(layer, epoch):G3} spikes per neuron and time step in epoch {epoch.Epoch}");
        observer.Warning(IsSaturated(layer, epoch)
            ? $"Layer '{layer.Name}' is saturated: {spikes}, on every row. {Remedy}, scale the features down, " +
              "raise the neurons' threshold, or put a batch normalization before the neurons."
            : $"Layer '{layer.Name}' is silent: {spikes}, so the layers after it learn next to nothing. {Remedy}, " +
              "lower the neurons' threshold, put a batch normalization before the neurons, or use fewer layers.");
    }
}
