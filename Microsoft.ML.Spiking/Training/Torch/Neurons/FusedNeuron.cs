using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// A neuron in one kernel: one pass forward and one backward over all time steps, on the CPU in float32, with the
/// threads that torch uses on the calling thread.
/// </summary>
/// <param name="definition">The neuron.</param>
/// <param name="horizon">The steps back that the gradient of a spike goes; null for all.</param>
internal sealed class FusedNeuron(SpikingNeuronDefinition definition, int? horizon = null) : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<torch.Tensor> learned)
    {
        SpikePooling pooling = Pooling(current);
        var operation = new NeuronOperation(definition, current.TimeSteps, current.IsConstant, current.Buffers,
            current.Loan, TorchTeam.Current(), pooling, horizon);
        torch.Tensor spikes = operation.Run(current.Values, learned.Count == 0 ? null : learned[0]);
        return new(spikes, operation.SpikeCount) { Window = pooling.IsNone ? 0 : pooling.Area };
    }

    // Windows that cover the images exactly, without overlap.
    private static SpikePooling Pooling(NeuronCurrent current)
    {
        if (current.Pool is not { } pool || !AveragePoolOperation.Suits(pool, current.Values))
        {
            return default;
        }
        var pooling = new SpikePooling(pool.Kernel.Height, pool.Kernel.Width, (int)current.Values.shape[^1]);
        return pooling.Fits ? pooling : default;
    }
}
