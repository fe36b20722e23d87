using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>The creation of augmenters for a network.</summary>
internal static class Augmenters
{
    /// <summary>Creates the augmenter of a training's rows; null where rows are not augmented.</summary>
    /// <param name="settings">The training's settings.</param>
    /// <param name="network">The network with its weights; its first layer decides which value becomes 0.</param>
    /// <exception cref="InvalidOperationException">The augmentation does not suit the rows.</exception>
    public static BatchAugmenter? Create(TrainingSettings settings, TorchNetwork network)
    {
        if (settings.Augmentation is not { } recipe)
        {
            return null;
        }
        NetworkDefinition definition = network.Definition;
        RowLayout rows = settings.Rows
            ?? new(definition.InputShape, definition.HasTimeAxis ? definition.TimeSteps : null);
        return recipe.FaultFor(rows.StepShape, rows.TimeSteps) is string fault
            ? throw new InvalidOperationException(fault)
            : new(recipe, rows, Zeros(network), settings.Seed);
    }

    private static float[] Zeros(TorchNetwork network) =>
        network.Definition.Layers[0] is AffineLayer { Name: AffineLayer.InputName } input
            ? new InputConstants(
                Values(network.Parameters[input.ScaleName]), Values(network.Parameters[input.ShiftName])).Zeros()
            : [0f];

    private static float[] Values(Tensor constants)
    {
        using DisposeScope scope = NewDisposeScope();
        return TensorMemory.Values(constants.to(ScalarType.Float32, CPU).contiguous()).ToArray();
    }
}
