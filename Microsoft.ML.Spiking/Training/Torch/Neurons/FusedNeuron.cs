using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// A neuron through the fused kernels: one pass forward and one backward over all time steps, on the CPU in float32.
/// It uses the threads that torch uses on the calling thread.
/// </summary>
internal sealed class FusedNeuron(SpikingNeuronDefinition definition) : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<torch.Tensor> learned)
    {
        torch.Tensor? scalar = learned.Count == 0 ? null : learned[0];
        var call = new FusedCall(
            definition, current.TimeSteps, current.IsConstant, current.Buffers, current.Loan, TorchTeam.Current());
        bool isTraining = torch.is_grad_enabled()
            && (current.Values.requires_grad || scalar is { requires_grad: true });
        torch.Tensor spikes = isTraining
            ? FusedFunction.Apply(current.Values, scalar, call)
            : call.Forward(current.Values, scalar, potential: null);
        return new(spikes, call.SpikeCount);
    }
}
