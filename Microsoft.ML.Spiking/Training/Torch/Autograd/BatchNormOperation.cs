using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Kernels;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// Batch normalization of one batch by the library's own kernels. Of the forward pass the input and the statistics are
/// kept.
/// </summary>
/// <param name="layer">The layer.</param>
/// <param name="groups">T where each time step has its own statistics; 1 where all steps share them.</param>
/// <param name="buffers">The memory that the result is put into; null for fresh memory.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class BatchNormOperation(
    BatchNormLayer layer, int groups, ActivationBuffers? buffers, WorkerTeam team) : CustomOperation
{
    private double[] _mean = [];
    private double[] _variance = [];

    /// <summary>Gets the result's memory, offered to the next layer.</summary>
    public MemoryLoan Loan { get; } = new();

    /// <summary>Returns the normalized values, in the input's shape.</summary>
    /// <param name="input">[T, N, channels, ...], contiguous.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    public Tensor Run(Tensor input, Tensor weight, Tensor bias) =>
        is_grad_enabled() ? Record(input, weight, bias) : Forward(input, weight, bias);

    /// <summary>Moves the running statistics, [channels], towards those of each group in turn.</summary>
    public void MoveRunning(Tensor mean, Tensor variance, long values)
    {
        int channels = layer.Channels;
        float* means = TensorMemory.Address(mean), variances = TensorMemory.Address(variance);
        double unbiased = (double)values / (values - 1);
        for (int i = 0; i < _mean.Length; i++)
        {
            int c = i % channels;
            means[c] = (float)(((1 - layer.Momentum) * means[c]) + (layer.Momentum * _mean[i]));
            variances[c] = (float)(((1 - layer.Momentum) * variances[c]) + (layer.Momentum * unbiased * _variance[i]));
        }
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        saved.Add(inputs[1]);
        return Forward(inputs[0], inputs[1], inputs[2]);
    }

    // The upstream gradient is lost where the next layer had taken the result's memory.
    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        (Tensor input, Tensor weight) = (saved[0], saved[1]);
        using Tensor contiguous = upstream.contiguous();
        Tensor gradient = Loan.IsTaken ? contiguous.detach() : empty(input.Lengths(), input.dtype, input.device);
        BatchNormArguments arguments = Arguments(input, weight);
        arguments.Upstream = TensorMemory.Address(contiguous);
        arguments.Gradient = TensorMemory.Address(gradient);
        var upstreamSums = new double[_mean.Length];
        var productSums = new double[_mean.Length];
        fixed (double* mean = _mean, variance = _variance, sums = upstreamSums, products = productSums)
        {
            arguments.Mean = mean;
            arguments.Variance = variance;
            arguments.UpstreamSum = sums;
            arguments.ProductSum = products;
            Run(in arguments, VectorWidth.Auto.Choose<BatchNormArguments>(
                &BatchNormKernels<Lanes512>.Backward, &BatchNormKernels<Lanes256>.Backward,
                &BatchNormKernels<Lanes128>.Backward, &BatchNormKernels<Lanes1>.Backward));
        }
        return [gradient, OverGroups(productSums), OverGroups(upstreamSums)];
    }

    private Tensor Forward(Tensor input, Tensor weight, Tensor bias)
    {
        long[] shape = input.Lengths();
        Tensor output = buffers?.Rent(shape) ?? empty(shape, input.dtype, input.device);
        BatchNormArguments arguments = Arguments(input, weight);
        arguments.Output = TensorMemory.Address(output);
        arguments.Bias = TensorMemory.Address(bias);
        _mean = new double[groups * arguments.Channels];
        _variance = new double[groups * arguments.Channels];
        fixed (double* mean = _mean, variance = _variance)
        {
            arguments.Mean = mean;
            arguments.Variance = variance;
            Run(in arguments, VectorWidth.Auto.Choose<BatchNormArguments>(
                &BatchNormKernels<Lanes512>.Forward, &BatchNormKernels<Lanes256>.Forward,
                &BatchNormKernels<Lanes128>.Forward, &BatchNormKernels<Lanes1>.Forward));
        }
        return output;
    }

    private BatchNormArguments Arguments(Tensor input, Tensor weight)
    {
        long rows = input.Length(0) * input.Length(1) / groups;
        return new()
        {
            Input = TensorMemory.Address(input),
            Weight = TensorMemory.Address(weight),
            Rows = rows,
            Channels = layer.Channels,
            Area = input.numel() / (groups * rows * layer.Channels),
            Epsilon = layer.Epsilon,
        };
    }

    private void Run(in BatchNormArguments arguments, delegate*<in BatchNormArguments, long, long, double> kernel)
    {
        long items = groups * arguments.Channels;
        ChunkedRun<BatchNormArguments>.Run(in arguments, kernel, kernel, items, items, chunk: 1, team);
    }

    private Tensor OverGroups(double[] values)
    {
        var sums = new float[layer.Channels];
        for (int c = 0; c < sums.Length; c++)
        {
            double sum = 0;
            for (int i = c; i < values.Length; i += sums.Length)
            {
                sum += values[i];
            }
            sums[c] = (float)sum;
        }
        return tensor(sums, ScalarType.Float32, CPU);
    }
}
