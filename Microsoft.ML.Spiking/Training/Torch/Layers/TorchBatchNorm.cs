using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// A batch normalization. In training, per time step by default: the statistics are those of each step's N rows, and
/// the running ones move T times. Where the input is constant all steps have the same statistics s, and one update does
/// for T: r becomes (1 - m)^T r + (1 - (1 - m)^T) s. A pass that repeats another does not move the running statistics.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="timeSteps">T.</param>
/// <param name="parameters">The network's arrays.</param>
/// <param name="kernels">The device's CUDA kernels; null for none.</param>
/// <param name="absorbed">
/// The names of the biases that it absorbs in passes of <see cref="Absorbs"/>; see <see cref="AbsorbedBiases"/>. Their
/// gradients are zero.
/// </param>
/// <param name="magnitude">What it tells to convolutions in front of it; null for nothing.</param>
internal sealed class TorchBatchNorm(BatchNormLayer layer, int timeSteps, TorchParameters parameters,
    CudaKernels? kernels = null, IReadOnlyList<string>? absorbed = null, GradientMagnitude? magnitude = null)
    : TorchLayer
{
    private readonly Tensor[] _absorbed = [.. (absorbed ?? []).Select(name => parameters[name])];
    private readonly Tensor _weight = parameters[layer.WeightName];
    private readonly Tensor _bias = parameters[layer.BiasName];
    private readonly Tensor _mean = parameters[layer.MeanName];
    private readonly Tensor _variance = parameters[layer.VarianceName];

    /// <summary>Returns whether a pass leaves out biases that a batch normalization behind them makes up for.</summary>
    public static bool Absorbs(ForwardPass pass) => pass is { IsTraining: true, Statistics: null };

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!pass.IsTraining)
        {
            return input.MapRows(rows => nn.functional.batch_norm(
                rows, _mean, _variance, _weight, _bias, training: false, layer.Momentum, layer.Epsilon));
        }
        if (pass.Statistics is ISharedSums sums)
        {
            (Tensor result, Action<Tensor, Tensor> move) =
                SharedBatchNorm.Run(input, layer, timeSteps, _weight, _bias, sums);
            Move(pass, move);
            return new(result, input.IsConstant);
        }
        bool isAcrossTime = layer.Mode == BatchNormMode.AcrossTime;
        long values = CountOf(input);
        if (kernels is not null && CudaNormOperation.Suits(input.Values, input.IsConstant))
        {
            return new(InKernels(kernels, input, pass).Values, input.IsConstant);
        }
        input = WithBiases(input, pass);
        if (!input.IsConstant && TensorMemory.IsReachable(input.Values))
        {
            return Fused(input.Values, isAcrossTime ? 1 : timeSteps, values, pass);
        }
        return (isAcrossTime, input.IsConstant) switch
        {
            (false, false) => input with { Values = StepByStep(input.Values, pass) },
            (true, false) => input.MapRows(rows => Train(rows, pass, layer.Momentum)),
            // T copies of n values have the mean and the biased variance of the n; the unbiased variance is smaller,
            // because it divides by T n - 1 and not by T (n - 1).
            (true, true) => input with
            {
                Values = Train(input.Values, pass, layer.Momentum,
                    (double)timeSteps * (values - 1) / (((double)timeSteps * values) - 1)),
            },
            (false, true) => input with
            {
                Values = Train(input.Values, pass, 1 - Math.Pow(1 - layer.Momentum, timeSteps)),
            },
        };
    }

    /// <summary>
    /// Runs the layer and the neurons behind it in one pass each way; null where that pass or these values do not suit.
    /// </summary>
    /// <param name="input">What arrives at the layer.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="neuron">The neurons.</param>
    /// <param name="learned">Their learned values.</param>
    /// <param name="counter">Takes the number of spikes; null for none.</param>
    /// <param name="pool">The average pooling behind them, which runs in the same pass where it can; or null.</param>
    /// <param name="keepsHalves">Whether spikes are wanted in float16, too.</param>
    public NeuronSpikes? WithNeurons(TorchSignal input, ForwardPass pass, TorchNeuron neuron,
        IReadOnlyList<Tensor> learned, Tensor? counter, AveragePoolLayer? pool, bool keepsHalves)
    {
        bool suits = pass is { IsTraining: true, Statistics: null } && kernels is not null && neuron is CudaNeuron
            && timeSteps <= NeuronProgram.MaximumTimeSteps
            && CudaNormOperation.Suits(input.Values, input.IsConstant);
        if (!suits)
        {
            return null;
        }
        _ = CountOf(input);
        SpikingNeuronDefinition definition = ((CudaNeuron)neuron).Definition;
        // Pooled spikes cannot be counted afterwards.
        bool isPooled = (counter is not null || pass.Spikes is null)
            && CudaNormOperation.Pools(pool, definition, timeSteps, input.Values);
        (Tensor spikes, Tensor? halves) = InKernels(
            kernels!, input, pass, definition, learned.Count == 0 ? null : learned[0], counter, isPooled, keepsHalves);
        return new(spikes, counter is null ? null : 0) { Window = isPooled ? 4 : 0, Halves = halves };
    }

    /// <summary>Returns factor and summand of each channel with which a pass brings rows, without gradient.</summary>
    /// <param name="rows">[rows, channels, ...].</param>
    /// <param name="pass">The pass.</param>
    public (Tensor Scale, Tensor Shift) ConstantsOf(Tensor rows, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        long[] others = [0, .. Enumerable.Range(2, (int)rows.dim() - 2).Select(axis => (long)axis)];
        Tensor mean = pass.IsTraining ? rows.mean(others) : _mean;
        Tensor variance = pass.IsTraining ? rows.var(others, unbiased: false) : _variance;
        Tensor scale = _weight / variance.Plus(layer.Epsilon).sqrt();
        Tensor shift = _bias - (mean * scale);
        return (scale.MoveToOuterDisposeScope(), shift.MoveToOuterDisposeScope());
    }

    /// <summary>Returns the number of values of a channel that have statistics of their own.</summary>
    private long CountOf(TorchSignal input)
    {
        bool isOneGroup = input.IsConstant || layer.Mode == BatchNormMode.AcrossTime;
        long values = input.Values.numel() / layer.Channels / (isOneGroup ? 1 : timeSteps);
        return values >= 2 ? values : throw new InvalidOperationException(
            $"Layer '{layer.Name}': {SingleRowBatch.Reason} Use larger batches.");
    }

    // For what does not run in kernels.
    private TorchSignal WithBiases(TorchSignal input, ForwardPass pass)
    {
        if (_absorbed.Length == 0 || !Absorbs(pass))
        {
            return input;
        }
        using DisposeScope scope = NewDisposeScope();
        long[] shape = [.. Enumerable.Repeat(1L, (int)input.Values.dim())];
        shape[input.IsConstant ? 1 : 2] = layer.Channels;
        Tensor sum = input.Values;
        foreach (Tensor bias in _absorbed)
        {
            sum = sum.Plus(bias.view(shape));
        }
        return input with { Values = sum.MoveToOuterDisposeScope(), Loan = null };
    }

    private (Tensor Values, Tensor? Halves) InKernels(CudaKernels device, TorchSignal input, ForwardPass pass,
        SpikingNeuronDefinition? neuron = null, Tensor? learned = null, Tensor? counter = null,
        bool isPooled = false, bool keepsHalves = false)
    {
        bool isDeferred = !pass.IsRepetition && pass.Moves is not null;
        Tensor[] offsets = Absorbs(pass) ? _absorbed : [];
        foreach (Tensor bias in offsets)
        {
            parameters.SetZeroGradient(bias);
        }
        var operation = new CudaNormOperation(layer, timeSteps, input.IsConstant, device, neuron)
        {
            Running = pass.IsRepetition || isDeferred ? null : (_mean, _variance),
            KeepsMoves = isDeferred,
            Counter = counter,
            IsPooled = isPooled,
            Offsets = offsets,
            Magnitude = pass.HalvesWeightGradients ? magnitude : null,
            KeepsHalves = keepsHalves,
        };
        Tensor result = operation.Run(input.Values, _weight, _bias, learned);
        if (isDeferred)
        {
            Tensor moved = operation.Moved!;
            double kept = operation.Kept;
            Move(pass, (mean, variance) =>
            {
                using DisposeScope scope = NewDisposeScope();
                using IDisposable noGradient = no_grad();
                Tensor there = moved.to(mean.device);
                mean.Multiply(kept).Add(there[0]);
                variance.Multiply(kept).Add(there[1]);
                moved.Dispose();
            });
        }
        return (result, operation.Halves);
    }

    /// <summary>Normalizes by the library's own kernels.</summary>
    private TorchSignal Fused(Tensor values, int groups, long count, ForwardPass pass)
    {
        using Tensor input = values.contiguous();
        var operation = new BatchNormOperation(layer, groups, pass.Buffers, TorchTeam.Current());
        Tensor result = operation.Run(input, _weight, _bias);
        Move(pass, (mean, variance) => operation.MoveRunning(mean, variance, count));
        return new(result, IsConstant: false) { Loan = operation.Loan };
    }

    private Tensor StepByStep(Tensor values, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        bool isInPlace = !pass.IsRepetition && pass.Moves is null; // fewer operations than to move them afterwards
        Tensor[] steps =
        [
            .. values.unbind(0).Select(step => isInPlace
                ? Normalize(step, _mean, _variance, layer.Momentum) : Train(step, pass, layer.Momentum)),
        ];
        return stack(steps, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes by the statistics of all rows and moves the running ones towards them.</summary>
    /// <param name="rows">[rows, channels, ...].</param>
    /// <param name="pass">The pass.</param>
    /// <param name="momentum">The share of the new statistics in the running ones.</param>
    /// <param name="unbiased">A factor of the new variance.</param>
    private Tensor Train(Tensor rows, ForwardPass pass, double momentum, double unbiased = 1)
    {
        if (pass.IsRepetition)
        {
            return Normalize(rows, null, null, momentum);
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor batchMean = zeros_like(_mean), batchVariance = zeros_like(_variance);
        Tensor result = Normalize(rows, batchMean, batchVariance, momentum: 1);
        if (pass.Moves is not null)
        {
            _ = (batchMean.DetachFromDisposeScope(), batchVariance.DetachFromDisposeScope());
        }
        Move(pass, (mean, variance) =>
        {
            using DisposeScope inner = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            mean.Multiply(1 - momentum);
            mean.Add(batchMean.to(mean.device), momentum);
            variance.Multiply(1 - momentum);
            variance.Add(batchVariance.to(variance.device), momentum * unbiased);
            batchMean.Dispose();
            batchVariance.Dispose();
        });
        return result.MoveToOuterDisposeScope();
    }

    private Tensor Normalize(Tensor rows, Tensor? mean, Tensor? variance, double momentum) =>
        nn.functional.batch_norm(
            rows, mean, variance, _weight, _bias, training: true, momentum, layer.Epsilon);

    /// <summary>Moves the running statistics, or leaves it to the caller of the pass.</summary>
    private void Move(ForwardPass pass, Action<Tensor, Tensor> move)
    {
        if (pass.IsRepetition)
        {
            return;
        }
        if (pass.Moves is null)
        {
            move(_mean, _variance);
        }
        else
        {
            pass.Moves.Add(new(layer.MeanName, layer.VarianceName, move));
        }
    }
}
