using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// A batch normalization. In training, per time step by default: the statistics are those of each step's N rows, and
/// the running ones move T times. Where the input is constant all steps have the same statistics s, and one update does
/// for T: r becomes (1 - m)^T r + (1 - (1 - m)^T) s. A pass that repeats another does not move the running statistics.
/// </summary>
internal sealed class TorchBatchNorm(BatchNormLayer layer, int timeSteps, TorchParameters parameters) : TorchLayer
{
    private readonly Tensor _weight = parameters[layer.WeightName];
    private readonly Tensor _bias = parameters[layer.BiasName];
    private readonly Tensor _mean = parameters[layer.MeanName];
    private readonly Tensor _variance = parameters[layer.VarianceName];

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!pass.IsTraining)
        {
            return input.MapRows(rows => nn.functional.batch_norm(
                rows, _mean, _variance, _weight, _bias, training: false, layer.Momentum, layer.Epsilon));
        }
        bool isAcrossTime = layer.Mode == BatchNormMode.AcrossTime;
        long values = input.Values.numel() / layer.Channels / (input.IsConstant || isAcrossTime ? 1 : timeSteps);
        if (values < 2)
        {
            throw new InvalidOperationException($"Layer '{layer.Name}': {SingleRowBatch.Reason} Use larger batches.");
        }
        if (!input.IsConstant && TensorMemory.IsReachable(input.Values))
        {
            return Fused(input.Values, isAcrossTime ? 1 : timeSteps, values, pass);
        }
        return (isAcrossTime, input.IsConstant) switch
        {
            (false, false) => input with { Values = StepByStep(input.Values, pass.IsRepetition) },
            _ when pass.IsRepetition => input.MapRows(rows => Train(rows, null, null, layer.Momentum)),
            (true, true) => input with { Values = OnceForAllSteps(input.Values, values) },
            (true, false) => input.MapRows(rows => Train(rows, _mean, _variance, layer.Momentum)),
            _ => input with
            {
                Values = Train(input.Values, _mean, _variance, 1 - Math.Pow(1 - layer.Momentum, timeSteps)),
            },
        };
    }

    /// <summary>
    /// Normalizes by the statistics of all rows and moves the running ones, where given, towards them.
    /// </summary>
    private Tensor Train(Tensor rows, Tensor? mean, Tensor? variance, double momentum) => nn.functional.batch_norm(
        rows, mean, variance, _weight, _bias, training: true, momentum, layer.Epsilon);

    /// <summary>Normalizes by the library's own kernels.</summary>
    private TorchSignal Fused(Tensor values, int groups, long count, ForwardPass pass)
    {
        using Tensor input = values.contiguous();
        var operation = new BatchNormOperation(layer, groups, pass.Buffers, TorchTeam.Current());
        Tensor result = operation.Run(input, _weight, _bias);
        if (!pass.IsRepetition)
        {
            operation.MoveRunning(_mean, _variance, count);
        }
        return new(result, IsConstant: false) { Loan = operation.Loan };
    }

    private Tensor StepByStep(Tensor values, bool isRepetition)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor? mean, Tensor? variance) = isRepetition ? (null, null) : (_mean, _variance);
        Tensor[] steps = [.. values.unbind(0).Select(step => Train(step, mean, variance, layer.Momentum))];
        return stack(steps, 0).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Normalizes once for T equal steps. T copies of n values have the mean and the biased variance of the n; the
    /// unbiased variance is smaller, because it divides by T n - 1 and not by T (n - 1).
    /// </summary>
    private Tensor OnceForAllSteps(Tensor rows, long values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = zeros_like(_mean), variance = zeros_like(_variance);
        Tensor result = Train(rows, mean, variance, momentum: 1);
        using (no_grad())
        {
            double unbiased = (double)timeSteps * (values - 1) / (((double)timeSteps * values) - 1);
            _mean.Multiply(1 - layer.Momentum);
            _mean.Add(mean, layer.Momentum);
            _variance.Multiply(1 - layer.Momentum);
            _variance.Add(variance, layer.Momentum * unbiased);
        }
        return result.MoveToOuterDisposeScope();
    }
}
