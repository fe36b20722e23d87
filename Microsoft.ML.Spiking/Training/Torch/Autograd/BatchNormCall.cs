using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Kernels;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>One batch on its way through a batch normalization of the library's own, and back.</summary>
/// <param name="layer">The layer.</param>
/// <param name="groups">T where each time step has statistics of its own; 1 where all have them together.</param>
/// <param name="buffers">Where the result is put; null for fresh memory.</param>
/// <param name="team">The threads that run it.</param>
internal sealed unsafe class BatchNormCall(BatchNormLayer layer, int groups, ActivationBuffers? buffers, WorkerTeam team)
{
    private double[] _mean = [];
    private double[] _variance = [];

    /// <summary>The result's memory, for the layer that comes next.</summary>
    public MemoryLoan Loan { get; } = new();

    /// <summary>The normalized values, in the input's shape.</summary>
    /// <param name="input">[T, N, channels, ...], contiguous.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    public Tensor Forward(Tensor input, Tensor weight, Tensor bias)
    {
        Tensor output = buffers?.Rent(input.shape) ?? empty(input.shape, input.dtype, input.device);
        BatchNormWork work = Work(input, weight);
        work.Output = TensorMemory.Address(output);
        work.Bias = TensorMemory.Address(bias);
        _mean = new double[groups * work.Channels];
        _variance = new double[groups * work.Channels];
        fixed (double* mean = _mean, variance = _variance)
        {
            work.Mean = mean;
            work.Variance = variance;
            Run(in work, KernelChoice.Of<BatchNormWork>(&BatchNormKernels<Lanes512>.Forward, &BatchNormKernels<Lanes256>.Forward,
                &BatchNormKernels<Lanes128>.Forward, &BatchNormKernels<Lanes1>.Forward, KernelWidth.Auto));
        }
        return output;
    }

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

    /// <summary>The gradients by input, weight and bias.</summary>
    /// <param name="input">As it was for <see cref="Forward"/>.</param>
    /// <param name="weight">As it was.</param>
    /// <param name="upstream">The gradient by the result, contiguous; lost where the next layer had taken the result.</param>
    public (Tensor Input, Tensor Weight, Tensor Bias) Backward(Tensor input, Tensor weight, Tensor upstream)
    {
        Tensor gradient = Loan.IsTaken ? upstream.detach() : empty(input.shape, input.dtype, input.device);
        BatchNormWork work = Work(input, weight);
        work.Upstream = TensorMemory.Address(upstream);
        work.Gradient = TensorMemory.Address(gradient);
        var upstreamSums = new double[_mean.Length];
        var productSums = new double[_mean.Length];
        fixed (double* mean = _mean, variance = _variance, sums = upstreamSums, products = productSums)
        {
            work.Mean = mean;
            work.Variance = variance;
            work.UpstreamSum = sums;
            work.ProductSum = products;
            Run(in work, KernelChoice.Of<BatchNormWork>(&BatchNormKernels<Lanes512>.Backward, &BatchNormKernels<Lanes256>.Backward,
                &BatchNormKernels<Lanes128>.Backward, &BatchNormKernels<Lanes1>.Backward, KernelWidth.Auto));
        }
        return (gradient, OverGroups(productSums), OverGroups(upstreamSums));
    }

    private BatchNormWork Work(Tensor input, Tensor weight)
    {
        long rows = input.shape[0] * input.shape[1] / groups;
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

    private void Run(in BatchNormWork work, delegate*<in BatchNormWork, long, long, double> kernel)
    {
        long items = groups * work.Channels;
        ChunkedRun<BatchNormWork>.Run(in work, kernel, kernel, items, items, chunk: 1, team);
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
