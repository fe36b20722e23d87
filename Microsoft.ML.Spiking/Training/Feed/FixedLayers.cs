using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Tables;
using Microsoft.ML.Spiking.Training.Torch.Rates;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The layers at the beginning of a table's network that learn nothing: the leaves of trees, receptive fields, and the
/// dropout behind them. Where the training runs on the CPU, a batch passes through them while it is prepared, beside
/// the training of the batch before it.
/// </summary>
internal sealed class FixedLayers
{
    private readonly Step[] _steps;
    private readonly int _seed;
    private readonly bool _isTraining;

    /// <param name="definition">A network that has such layers: <see cref="CountIn"/>.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="isTraining">Whether values are dropped.</param>
    public FixedLayers(NetworkDefinition definition, NetworkWeights weights, int seed, bool isTraining)
    {
        _seed = seed;
        _isTraining = isTraining;
        _steps = new Step[CountIn(definition)];
        Signal signal = definition.InputSignal;
        for (int i = 0; i < _steps.Length; i++)
        {
            Layer layer = definition.Layers[i];
            _steps[i] = layer switch
            {
                TreeLayer trees => new(TreeConstants.Of(trees, weights).Apply, signal.Size, 0),
                PopulationLayer population => new(PopulationConstants.Of(population, weights).Apply, signal.Size, 0),
                _ => new(null, signal.Size, ((DropoutLayer)layer).Rate),
            };
            signal = layer.Infer(signal);
        }
        OutputSize = signal.Size;
    }

    /// <summary>Gets the number of values that a row becomes.</summary>
    public int OutputSize { get; }

    /// <summary>Returns the number of such layers; 0 where the first layer is another one.</summary>
    public static int CountIn(NetworkDefinition definition) =>
        definition.HasTimeAxis || definition.InputSignal.Kind != SignalKind.Constant
            || definition.Layers[0] is not (TreeLayer or PopulationLayer)
            ? 0
            : definition.Layers.TakeWhile(layer => layer is TreeLayer or PopulationLayer or DropoutLayer).Count();

    /// <summary>Returns whether batches of a training pass through them while they are prepared.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="settings">The settings of the training.</param>
    /// <param name="device">The kind of its device.</param>
    public static bool RunAhead(NetworkDefinition definition, TrainingSettings settings, DeviceType device) =>
        device == DeviceType.CPU && !settings.ActivationCheckpointing && !RateNetwork.Suits(definition)
            && CountIn(definition) > 0;

    /// <summary>Runs the layers.</summary>
    /// <param name="rows">[count, features].</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="output">Takes [count, <see cref="OutputSize"/>].</param>
    /// <param name="epoch">From 1; what is dropped depends on it.</param>
    /// <param name="firstRow">The first row's position in the epoch; what is dropped depends on it.</param>
    public void Run(ReadOnlySpan<float> rows, int count, Span<float> output, int epoch, long firstRow)
    {
        int longest = Math.Max(_steps.Max(step => step.Inputs), OutputSize);
        float[] values = new float[longest], next = new float[longest];
        for (int row = 0; row < count; row++)
        {
            int size = _steps[0].Inputs;
            rows.Slice(row * size, size).CopyTo(values);
            for (int i = 0; i < _steps.Length; i++)
            {
                Step step = _steps[i];
                size = i + 1 < _steps.Length ? _steps[i + 1].Inputs : OutputSize;
                if (step.Change is not null)
                {
                    step.Change(values.AsSpan(0, step.Inputs), next.AsSpan(0, size));
                    (values, next) = (next, values);
                }
                else if (_isTraining && step.DropoutRate > 0)
                {
                    Span<float> own = values.AsSpan(0, size), factors = next.AsSpan(0, size);
                    DropoutMask.Draw(factors, step.DropoutRate, _seed, i, epoch, firstRow + row);
                    TensorPrimitives.Multiply(own, factors, own);
                }
            }
            values.AsSpan(0, OutputSize).CopyTo(output.Slice(row * OutputSize, OutputSize));
        }
    }

    /// <summary>A layer.</summary>
    /// <param name="Change">Runs it; null for a dropout.</param>
    /// <param name="Inputs">The number of values that it takes.</param>
    /// <param name="DropoutRate">The dropout's rate.</param>
    private sealed record Step(RowChange? Change, int Inputs, double DropoutRate);
}
