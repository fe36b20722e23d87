using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// <see cref="FirstSpikeNeuron"/> as the value that its spike stands for. The gradient passes through the rounding to
/// ticks unchanged.
/// </summary>
internal sealed class TorchFirstSpike(FirstSpikeNeuron neuron) : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = nn.functional.relu(current.Values).LimitTo(neuron.Window);
        if (neuron.Tick is double tick)
        {
            Tensor plain = values.detach();
            Tensor rounded = plain.Times(1 / tick).Plus(0.5).floor().Times(tick).LimitTo(neuron.Window);
            values = rounded.Plus(values - plain); // the difference is 0, and has the gradient
        }
        Tensor steps = current.IsConstant
            ? values.unsqueeze(0).expand([current.TimeSteps, .. values.shape])
            : values;
        return new(steps.MoveToOuterDisposeScope(), Count: null);
    }
}
