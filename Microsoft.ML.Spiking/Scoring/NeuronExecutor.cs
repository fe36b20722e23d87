using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>A neuron at every element: the forward kernel, which keeps nothing.</summary>
internal sealed unsafe class NeuronExecutor(NeuronKernel kernel, int timeSteps, int size) : LayerExecutor
{
    public override long OutputLength => (long)timeSteps * size;

    public override void Run(float* input, float* output, float* scratch) =>
        kernel.Forward(input, constantCurrent: false, output, null, timeSteps, size, WorkerTeam.Caller);
}
