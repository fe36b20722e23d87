using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>Sums over the batches that other processes train on at the same time.</summary>
internal interface ISharedSums
{
    /// <summary>Returns the sum of all processes' values, in a fixed order, with its gradient.</summary>
    /// <param name="values">float64, of the same shape in all processes.</param>
    Tensor Sum(Tensor values);
}

/// <summary>
/// Batch normalization by the statistics of the batches of several processes together, operation by operation.
/// </summary>
internal static class SharedBatchNorm
{
    /// <summary>Normalizes values.</summary>
    /// <param name="input">[T, N, channels, ...], or [N, channels, ...] where it is the same at every step.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    /// <param name="sums">Adds over the processes.</param>
    /// <returns>The result, in the input's shape and type; and the batch's moves of the running statistics.</returns>
    public static (Tensor Result, Action<Tensor, Tensor> Move) Run(
        TorchSignal input, BatchNormLayer layer, int timeSteps, Tensor weight, Tensor bias, ISharedSums sums)
    {
        bool isAcrossTime = layer.Mode == BatchNormMode.AcrossTime;
        int groups = input.IsConstant || isAcrossTime ? 1 : timeSteps;
        using DisposeScope scope = NewDisposeScope();
        Tensor values = input.Values.Widened().contiguous();
        long area = values.shape.Skip(input.IsConstant ? 2 : 3).Aggregate(1L, (size, length) => size * length);
        long rows = values.numel() / (groups * layer.Channels * area);
        values = values.reshape(groups, rows, layer.Channels, area);

        Tensor own = values.to_type(ScalarType.Float64).sum([1, 3]); // [groups, channels]
        Tensor ownCount = empty([1], ScalarType.Float64, own.device).Set((double)rows * area);
        Tensor all = sums.Sum(cat([own.reshape(-1), ownCount]));
        double count = DeviceWait.Item<double>(all[-1]);
        Tensor mean = all.narrow(0, 0, own.numel()).Over(count);
        Tensor centered = values - Spread(mean).to_type(values.dtype);
        Tensor squares = (centered * centered).to_type(ScalarType.Float64).sum([1, 3]).reshape(-1);
        Tensor variance = sums.Sum(squares).Over(count);
        Tensor scale = Spread(variance.Plus(layer.Epsilon).rsqrt()).to_type(values.dtype);
        Tensor result = (centered * scale * weight.view(1, 1, -1, 1)).Plus(bias.view(1, 1, -1, 1));

        double copies = input.IsConstant && isAcrossTime ? timeSteps : 1;
        double unbiased = copies * count / ((copies * count) - 1);
        double momentum = input.IsConstant && !isAcrossTime
            ? 1 - Math.Pow(1 - layer.Momentum, timeSteps) : layer.Momentum;
        Tensor means = mean.detach().view(groups, -1).DetachFromDisposeScope();
        Tensor variances = variance.detach().view(groups, -1).DetachFromDisposeScope();
        return (result.reshape(input.Values.shape).to_type(input.Values.dtype).MoveToOuterDisposeScope(), Move);

        Tensor Spread(Tensor ofChannels) => ofChannels.view(groups, 1, -1, 1);

        void Move(Tensor running, Tensor runningVariance)
        {
            using DisposeScope inner = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            for (int group = 0; group < groups; group++)
            {
                running.Multiply(1 - momentum).Add(means[group], momentum);
                runningVariance.Multiply(1 - momentum).Add(variances[group], momentum * unbiased);
            }
            means.Dispose();
            variances.Dispose();
        }
    }
}
