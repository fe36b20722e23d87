using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The sum of each row's spikes, or values, over all neurons of a network, averaged over the time steps, in float32 at
/// least; autograd goes through it.
/// </summary>
internal sealed class SpikeSum : IDisposable
{
    /// <summary>Gets the sums, [N]; null before there are any.</summary>
    public Tensor? Rows { get; private set; }

    /// <summary>Adds the output of a layer.</summary>
    /// <param name="layer">The layer's name.</param>
    /// <param name="values">[T, N, ...].</param>
    public void Add(string layer, Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor sum = values.Widened().flatten(2).sum(2).mean([0]);
        Tensor? before = Rows;
        Rows = (before?.Plus(sum) ?? sum).DetachFromDisposeScope();
        before?.Dispose();
    }

    public void Dispose() => Rows?.Dispose();
}
