using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Rates;

/// <summary>
/// A layer of a network that is trained on its spike representation: autograd sees means over time alone, [N, ...],
/// and the time steps are computed beside them, a few rows at a time, where neurons need them.
/// </summary>
/// <remarks>
/// Source: Meng et al., "Training High-Performance Low-Latency Spiking Neural Networks by Differentiation on Spike
/// Representation", CVPR 2022, arXiv 2205.00459.
/// </remarks>
internal abstract class RateLayer
{
    /// <summary>Computes the layer's output.</summary>
    public abstract RateSignal Forward(RateSignal input, ForwardPass pass);

    /// <summary>Returns the shape of constants for each channel beside values of one signal.</summary>
    private protected static long[] PerChannel(TorchSignal signal) =>
        [-1, .. Enumerable.Repeat(1L, (int)signal.Values.dim() - (signal.IsConstant ? 2 : 3))];
}

/// <summary>The values between two layers for one batch.</summary>
/// <param name="Rates">[N, ...]: the means over time, which autograd goes through.</param>
/// <param name="Steps">
/// Returns the values of some rows, given the first and their number, at every step: [T, rows, ...], or [rows, ...]
/// where they are constant. Without gradient; in the caller's dispose scope.
/// </param>
internal sealed record RateSignal(Tensor Rates, Func<long, long, TorchSignal> Steps)
{
    /// <summary>Gets what <see cref="Steps"/> reads.</summary>
    public IReadOnlyList<PackedSpikes> Spikes { get; init; } = [];

    /// <summary>
    /// Returns the signal of a layer that treats means as it treats the values of a step. What a slice gives the layer
    /// is released before the next layer runs.
    /// </summary>
    public RateSignal With(Tensor rates, Func<TorchSignal, TorchSignal> map)
    {
        Func<long, long, TorchSignal> steps = Steps;
        return this with
        {
            Rates = rates,
            Steps = (first, count) =>
            {
                TorchSignal from = steps(first, count), to = map(from);
                if (!ReferenceEquals(from.Values, to.Values))
                {
                    from.Values.Dispose();
                }
                return to;
            },
        };
    }
}

/// <summary>A sequence of layers, which releases spikes that no later layer reads.</summary>
internal sealed class RateSequence(IReadOnlyList<RateLayer> layers) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        RateSignal signal = input;
        foreach (RateLayer layer in layers)
        {
            RateSignal next = layer.Forward(signal, pass);
            foreach (PackedSpikes spikes in signal.Spikes.Except(next.Spikes).Except(input.Spikes))
            {
                spikes.Dispose();
            }
            signal = next;
        }
        return signal;
    }
}

/// <summary>A layer whose mean output is its output of the mean input: products, average pooling, flattening.</summary>
internal sealed class RateMap(TorchLayer layer) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        ForwardPass walk = pass with { Buffers = null };
        return input.With(layer.Forward(new(input.Rates, IsConstant: true), pass).Values,
            steps => layer.Forward(steps, walk));
    }
}

/// <summary>Max pooling: the mean of the steps' largest values, with the gradient of the largest mean.</summary>
/// <param name="layer">The pooling.</param>
/// <param name="weights">The weight of each step in a mean, [T].</param>
/// <param name="slices">The rows that are taken at a time.</param>
internal sealed class RateMaxPool(TorchLayer layer, Tensor weights, RateSlices slices) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        Tensor largest = layer.Forward(new(input.Rates, IsConstant: true), pass).Values;
        Tensor means = empty_like(largest.detach());
        using (no_grad())
        {
            slices.Each(input.Rates, (first, count) =>
            {
                TorchSignal steps = layer.Forward(input.Steps(first, count), pass);
                means.narrow(0, first, count).copy_(TimeMean.Of(steps, weights));
            });
        }
        // The difference has no gradient.
        return input.With(largest.Plus(means - largest.detach()), steps => layer.Forward(steps, pass));
    }
}

/// <summary>Dropout with one mask for all time steps.</summary>
internal sealed class RateDropout(TorchDropout dropout) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        if (dropout.MaskOf(new(input.Rates, IsConstant: true), pass) is not Tensor mask)
        {
            return input;
        }
        Func<long, long, TorchSignal> steps = input.Steps;
        return input with
        {
            Rates = input.Rates * mask,
            Steps = (first, count) =>
            {
                TorchSignal values = steps(first, count);
                return values with { Values = values.Values * mask.narrow(0, first, count) };
            },
        };
    }
}

/// <summary>The sum of a main path and a shortcut.</summary>
internal sealed class RateResidual(RateLayer main, RateLayer shortcut) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        RateSignal left = main.Forward(input, pass), right = shortcut.Forward(input, pass);
        return new(left.Rates.Plus(right.Rates), (first, count) =>
        {
            TorchSignal one = left.Steps(first, count), other = right.Steps(first, count);
            return new(one.Values.Plus(other.Values), one.IsConstant && other.IsConstant);
        })
        { Spikes = [.. left.Spikes.Union(right.Spikes)] };
    }
}

/// <summary>
/// Batch normalization by the statistics of the means over time: those of the batch's N rows, once, whatever T. Every
/// step is brought by the same factor and summand.
/// </summary>
/// <param name="norm">The layer, as of one time step.</param>
internal sealed class RateBatchNorm(TorchBatchNorm norm) : RateLayer
{
    public override RateSignal Forward(RateSignal input, ForwardPass pass)
    {
        (Tensor scale, Tensor shift) = norm.ConstantsOf(input.Rates, pass);
        return input.With(norm.Forward(new(input.Rates, IsConstant: true), pass).Values, steps =>
        {
            long[] perChannel = PerChannel(steps);
            return steps with { Values = shift.view(perChannel).PlusProduct(steps.Values, scale.view(perChannel)) };
        });
    }
}

/// <summary>The mean over time.</summary>
internal static class TimeMean
{
    /// <summary>Returns the weighted mean over the steps, [N, ...], of [T, N, ...], or of constant [N, ...].</summary>
    public static Tensor Of(TorchSignal signal, Tensor weights)
    {
        if (signal.IsConstant)
        {
            return signal.Values;
        }
        using Tensor steps = signal.Values.flatten(1), row = weights.unsqueeze(0);
        using Tensor mean = row.mm(steps);
        return mean.view(signal.Values.shape[1..]);
    }
}
