using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>One batch on its way through <see cref="TorchRowSlices"/> and back.</summary>
/// <param name="layers">What is run.</param>
/// <param name="isConstant">Whether what arrives is the same at every step.</param>
/// <param name="pass">The batch.</param>
internal sealed class RowSlicesCall(TorchRowSlices layers, bool isConstant, ForwardPass pass)
{
    /// <summary>The neurons' learned values.</summary>
    public IReadOnlyList<Tensor> Learned => layers.Learned;

    /// <summary>What leaves, [T, N, ...]. Of a repetition nobody reads it: it is only where the way back begins.</summary>
    public Tensor Forward(Tensor input)
    {
        if (pass.IsRepetition)
        {
            return layers.Empty(input, isConstant);
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor? output = null;
        foreach ((long start, long count) in Slices(input))
        {
            using DisposeScope sliceScope = NewDisposeScope();
            Tensor part = layers.Run(Rows(input, start, count), isConstant, Pass(pass, start));
            if (output is null)
            {
                output = layers.Empty(input, isConstant);
                output.MoveToOuterDisposeScope();
            }
            output.narrow(1, start, count).copy_(part);
        }
        return output!.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient by what arrived; those of the learned values are added where they are.</summary>
    /// <param name="input">As it was for <see cref="Forward"/>.</param>
    /// <param name="upstream">[T, N, ...].</param>
    /// <param name="back">Goes back from what left to what arrived.</param>
    public Tensor Backward(Tensor input, Tensor upstream, Action<Tensor, Tensor> back)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gradient = empty_like(input);
        foreach ((long start, long count) in Slices(input))
        {
            using DisposeScope sliceScope = NewDisposeScope();
            Tensor part = Rows(input, start, count).detach().requires_grad_();
            using (enable_grad())
            {
                back(layers.Run(part, isConstant, Pass(pass.Again(), start)), upstream.narrow(1, start, count));
            }
            Rows(gradient, start, count).copy_(part.grad!);
        }
        return gradient.MoveToOuterDisposeScope();
    }

    private IEnumerable<(long Start, long Count)> Slices(Tensor input)
    {
        long rows = input.shape[isConstant ? 0 : 1];
        long most = layers.RowsInSlice(input, isConstant);
        for (long start = 0; start < rows; start += most)
        {
            yield return (start, Math.Min(most, rows - start));
        }
    }

    private Tensor Rows(Tensor values, long start, long count) => values.narrow(isConstant ? 0 : 1, start, count);

    /// <summary>What is random in a row depends on its place.</summary>
    private static ForwardPass Pass(ForwardPass pass, long start) => pass with { FirstRow = pass.FirstRow + start };
}
