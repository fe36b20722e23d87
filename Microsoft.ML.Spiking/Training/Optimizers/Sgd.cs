using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch defines it: g &lt;- g + decay p; b &lt;- momentum b + g;
/// p &lt;- p - rate b.
/// </summary>
internal sealed class Sgd(IReadOnlyList<Tensor> parameters, double momentum, double weightDecay) : Optimizer(parameters)
{
    private readonly Tensor[] _momentum = momentum == 0 ? [] : Buffers(parameters);
    private double _learningRate;

    public override IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory =>
        _momentum.Length == 0 ? [] : [new("momentum", _momentum)];

    private protected override void BeginStep(double learningRate) => _learningRate = learningRate;

    private protected override void Update(int index, Tensor parameter, Tensor gradient)
    {
        Tensor? buffer = momentum == 0 ? null : _momentum[index];
        if (DenseLayout.IsShared(parameter, gradient, buffer ?? gradient))
        {
            InOnePass(parameter, gradient, buffer);
            return;
        }
        if (weightDecay != 0)
        {
            gradient.Add(parameter, factor: weightDecay);
        }
        Tensor step = buffer is null ? gradient : buffer.Multiply(momentum).Add(gradient);
        parameter.Add(step, factor: -_learningRate);
    }

    private unsafe void InOnePass(Tensor parameter, Tensor gradient, Tensor? buffer)
    {
        var step = new SgdKernel
        {
            Parameter = TensorMemory.DenseAddress(parameter),
            Gradient = TensorMemory.DenseAddress(gradient),
            Buffer = buffer is null ? null : TensorMemory.DenseAddress(buffer),
            Momentum = (float)momentum,
            WeightDecay = (float)weightDecay,
            LearningRate = (float)_learningRate,
        };
        SgdKernel.Run(in step, parameter.numel(), get_num_threads());
    }
}
