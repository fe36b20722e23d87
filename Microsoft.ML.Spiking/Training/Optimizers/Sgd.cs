using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch defines it: g &lt;- g + decay p; b &lt;- momentum b + g;
/// p &lt;- p - rate b.
/// </summary>
internal sealed class Sgd(IReadOnlyList<Tensor> parameters, double momentum, double weightDecay,
    double? maximumNorm = null, CudaKernels? kernels = null) : Optimizer(parameters, maximumNorm, kernels)
{
    private readonly Tensor[] _momentum = momentum == 0 ? [] : Buffers(parameters);
    private double _learningRate;

    public override IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory =>
        _momentum.Length == 0 ? [] : [new("momentum", _momentum)];

    private protected override void BeginStep(double learningRate) => _learningRate = learningRate;

    private protected override void Update(int index, Tensor parameter, Tensor gradient)
    {
        if (weightDecay != 0)
        {
            gradient.Add(parameter, factor: weightDecay);
        }
        Tensor step = momentum == 0 ? gradient : _momentum[index].Multiply(momentum).Add(gradient);
        parameter.Add(step, factor: -_learningRate);
    }

    private protected override unsafe void Update(OptimizedMemory memory, Span<float> gradient)
    {
        var own = new Span<float>(memory.Weights, gradient.Length);
        if (weightDecay != 0)
        {
            TensorPrimitives.FusedMultiplyAdd(own, (float)weightDecay, gradient, gradient);
        }
        Span<float> step = gradient;
        if (momentum != 0)
        {
            step = new(memory.First, gradient.Length);
            TensorPrimitives.MultiplyAdd(step, (float)momentum, gradient, step);
        }
        TensorPrimitives.FusedMultiplyAdd(step, -(float)_learningRate, own, own);
    }

    private protected override void Update(
        CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, Tensor? factor) =>
        OptimizerLaunch.Sgd(kernels, arrays, _learningRate, momentum, weightDecay, factor);
}
