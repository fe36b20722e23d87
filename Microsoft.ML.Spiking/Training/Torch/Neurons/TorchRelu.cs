using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary><see cref="ReluNeuron"/>. A constant current is rectified once.</summary>
internal sealed class TorchRelu : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor values = nn.functional.relu(current.Values);
        Tensor steps = current.IsConstant
            ? values.unsqueeze(0).expand([current.TimeSteps, .. values.shape])
            : values;
        return new(steps.MoveToOuterDisposeScope(), Count: null);
    }
}
