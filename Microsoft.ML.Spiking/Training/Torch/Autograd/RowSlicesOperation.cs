using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// <see cref="TorchRowSlices"/> for one batch. Of the forward pass the input alone is kept; the gradients of learned
/// values are added to them in place.
/// </summary>
/// <param name="layers">The layers that are run.</param>
/// <param name="isConstant">Whether the input is the same at every step.</param>
/// <param name="pass">The batch.</param>
internal sealed class RowSlicesOperation(TorchRowSlices layers, bool isConstant, ForwardPass pass) : CustomOperation
{
    /// <summary>Returns the output, [T, N, ...].</summary>
    public Tensor Run(Tensor input)
    {
        bool isTraining = is_grad_enabled() && (input.requires_grad || layers.Learned.Count > 0);
        return isTraining ? Record([input, .. layers.Learned]) : Forward(input);
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        return Forward(inputs[0]);
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = saved[0].detach();
        Tensor gradient = empty_like(input);
        foreach ((long start, long count) in Slices(input))
        {
            using DisposeScope sliceScope = NewDisposeScope();
            Tensor part = Rows(input, start, count).detach().requires_grad_();
            using (enable_grad())
            {
                Tensor output = layers.Run(part, isConstant, Slice(pass.Again(), start));
                CallbackFaults.Backward(output, upstream.narrow(1, start, count));
            }
            Rows(gradient, start, count).copy_(part.grad!);
        }
        return [gradient.MoveToOuterDisposeScope(), .. layers.Learned.Select(_ => (Tensor?)null)];
    }

    // The output of a repetition is never read: the backward pass only begins there.
    private Tensor Forward(Tensor input)
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
            Tensor part = layers.Run(Rows(input, start, count), isConstant, Slice(pass, start));
            if (output is null)
            {
                output = layers.Empty(input, isConstant);
                output.MoveToOuterDisposeScope();
            }
            output.narrow(1, start, count).copy_(part);
        }
        return output!.MoveToOuterDisposeScope();
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

    // A row's random numbers depend on its place in the epoch.
    private static ForwardPass Slice(ForwardPass pass, long start) => pass with { FirstRow = pass.FirstRow + start };
}
