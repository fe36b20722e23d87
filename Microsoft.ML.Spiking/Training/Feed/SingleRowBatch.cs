using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The check for batches of a single row, on which batch normalization of vectors, or of images of one pixel, is
/// undefined. It fails before training starts instead of at the end of the first epoch.
/// </summary>
internal static class SingleRowBatch
{
    /// <summary>The reason why such a layer cannot be trained on one row.</summary>
    public const string Reason =
        "batch normalization needs at least two values of each channel, and a batch of a single row has one.";

    /// <summary>Checks the batches of an epoch.</summary>
    /// <exception cref="InvalidOperationException">A batch has a single row, and a layer needs two.</exception>
    public static void Check(NetworkDefinition definition, long rows, int batchSize)
    {
        bool comes = rows == 1 || batchSize == 1 || rows % batchSize == 1;
        if (comes && FirstInNeed(definition, definition.Layers, definition.InputSignal) is string layer)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"Layer '{layer}': {Reason} With {rows} training rows, the last batch of {batchSize} has a single " +
                $"row; choose another batch size."));
        }
    }

    private static string? FirstInNeed(NetworkDefinition definition, IEnumerable<Layer> layers, Signal signal)
    {
        foreach (Layer layer in layers)
        {
            string? found = layer switch
            {
                BatchNormLayer norm when signal.Size == norm.Channels && !HasSteps(definition, norm, signal) =>
                    norm.Name,
                ResidualLayer residual => FirstInNeed(definition, residual.Main, signal)
                    ?? FirstInNeed(definition, residual.Shortcut, signal),
                _ => null,
            };
            if (found is not null)
            {
                return found;
            }
            signal = layer.Infer(signal);
        }
        return null;
    }

    /// <summary>Returns whether a single row has several values of a channel: those of its time steps.</summary>
    private static bool HasSteps(NetworkDefinition definition, BatchNormLayer norm, Signal signal) =>
        norm.Mode == BatchNormMode.AcrossTime && signal.Kind != SignalKind.Constant && definition.TimeSteps > 1;
}
