using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>A layer whose values are shown to a watcher after each run: how reports see inside of a network.</summary>
/// <param name="inner">The layer's executor.</param>
/// <param name="layer">The layer.</param>
/// <param name="input">The signal that arrives.</param>
/// <param name="order">The order of a step's values, of what arrives and of what leaves.</param>
/// <param name="timeSteps">T.</param>
/// <param name="watch">Sees the values of one row at a time.</param>
internal sealed unsafe class WatchedExecutor(
    LayerExecutor inner, Layer layer, Signal input, Interleaving order, int timeSteps, IScoringWatch watch)
    : LayerExecutor
{
    private readonly int _inputLength = checked(input.Size * input.StepsOf(timeSteps));

    public override long OutputLength => inner.OutputLength;

    public override long ScratchLength => inner.ScratchLength;

    /// <inheritdoc/>
    /// <remarks>The spans have the lengths of the buffers that the plan has given.</remarks>
    public override void Run(float* input, float* output, float* scratch)
    {
        inner.Run(input, output, scratch);
        watch.See(layer, new(input, _inputLength), new(output, checked((int)OutputLength)), order);
    }
}

/// <summary>A watcher of the layers that have weights or neurons, while one row is scored.</summary>
internal interface IScoringWatch
{
    /// <summary>Sees a layer's values; they are valid during the call alone.</summary>
    /// <param name="layer">A <see cref="WeightedLayer"/> or a <see cref="NeuronLayer"/>.</param>
    /// <param name="input">[T, size], or [size] if it is the same at every step.</param>
    /// <param name="output">[T, size], or [size] if it is the same at every step.</param>
    /// <param name="order">The order of a step's values: of neurons, both of the input and of the output.</param>
    void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output, Interleaving order);
}
