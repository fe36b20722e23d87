using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// A neuron in one kernel each way on a CUDA device, in float32 or bfloat16 with a state of float32; op by op beyond
/// <see cref="NeuronProgram.MaximumTimeSteps"/>.
/// </summary>
internal sealed class CudaNeuron(SpikingNeuronDefinition definition, CudaKernels kernels) : TorchNeuron
{
    private readonly OpByOpNeuron _opByOp = OpByOpNeuron.Create(definition);

    /// <summary>Gets the neuron.</summary>
    public SpikingNeuronDefinition Definition => definition;

    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        if (current.TimeSteps > NeuronProgram.MaximumTimeSteps)
        {
            return _opByOp.Forward(current, learned);
        }
        var operation = new CudaNeuronOperation(
            definition, current.TimeSteps, current.IsConstant, kernels, current.SpikeCounter);
        Tensor spikes = operation.Run(current.Values, learned.Count == 0 ? null : learned[0]);
        return new(spikes, current.SpikeCounter is null ? null : 0);
    }
}
