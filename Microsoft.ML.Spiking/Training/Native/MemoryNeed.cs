using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>The memory that the weights of a training take, which is known before a row is read.</summary>
internal static class MemoryNeed
{
    /// <summary>Checks that the weights, what the optimizer keeps of them and two copies fit into memory.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="device">The device that it runs on; only the processor's memory is known.</param>
    /// <param name="available">Bytes; null for those that the process may use.</param>
    /// <exception cref="InsufficientMemoryException">They do not; the message names the largest layer.</exception>
    public static void Check(
        NetworkDefinition definition, TrainingSettings settings, torch.Device device, long? available = null)
    {
        available ??= GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        bool isSparse = SparseTraining.LayersOf(definition, settings, device) is not null;
        int kept = settings.Optimizer == OptimizerKind.AdamW ? 2 : settings.Momentum == 0 ? 0 : 1;
        int copies = 3 + kept + (isSparse ? 0 : 1); // the weights, the best, those of an epoch; gradients
        long bytes = definition.Parameters.Sum(spec => (long)spec.Size) * sizeof(float) * copies;
        if (device.type != DeviceType.CPU || bytes <= available)
        {
            return;
        }
        WeightedLayer largest = definition.AllLayers.OfType<WeightedLayer>().MaxBy(Weights)!;
        string sizes = largest is LinearLayer linear
            ? string.Create(CultureInfo.InvariantCulture, $" ({linear.Inputs:N0} inputs, {linear.Outputs:N0} outputs)")
            : "";
        throw new InsufficientMemoryException(string.Create(CultureInfo.InvariantCulture,
            $"Layer '{largest.Name}' has {Weights(largest):N0} weights{sizes}. Training needs {copies} times the " +
            $"memory of the network's weights: {bytes >> 20:N0} MB, and the process may use " +
            $"{available.Value >> 20:N0} MB. Lower the layer's outputs, or for the first layer the number of " +
            $"features (the bits of a hashing transform)."));
    }

    private static long Weights(WeightedLayer layer) =>
        layer.WeightShape.Aggregate(1L, (product, length) => product * length);
}
