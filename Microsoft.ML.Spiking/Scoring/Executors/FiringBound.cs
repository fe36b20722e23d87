using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;


namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// The largest constant current with which a neuron never fires: for neurons that declare
/// <see cref="SpikingNeuronDefinition.IntegratesUntilFirstSpike"/> no lower one makes it fire.
/// </summary>
internal static unsafe class FiringBound
{
    private const int Together = 16;

    /// <summary>
    /// Returns the bound, found by bisection down to neighboring floats; minus infinity if no current tells.
    /// </summary>
    public static float Of(NeuronKernel kernel, int timeSteps)
    {
        if (!kernel.IntegratesUntilFirstSpike)
        {
            return float.NegativeInfinity;
        }
        // As many neurons as the widest vectors have: the kernel for single ones then need not be compiled for this.
        fixed (float* memory = new float[checked((1 + timeSteps) * Together)])
        {
            return Of(kernel, timeSteps, memory);
        }
    }

    private static float Of(NeuronKernel kernel, int timeSteps, float* memory)
    {
        float below = -1e30f, above = 1e30f;
        // A neuron that fires at any current, or at none, has no bound.
        if (Fires(kernel, timeSteps, memory, below) || !Fires(kernel, timeSteps, memory, above))
        {
            return float.NegativeInfinity;
        }
        while (true)
        {
            float middle = (below + above) / 2;
            if (middle <= below || middle >= above)
            {
                return below;
            }
            (below, above) = Fires(kernel, timeSteps, memory, middle) ? (below, middle) : (middle, above);
        }
    }

    private static bool Fires(NeuronKernel kernel, int timeSteps, float* memory, float current)
    {
        for (int i = 0; i < Together; i++)
        {
            memory[i] = current;
        }
        return kernel.Forward(
            memory, constantCurrent: true, memory + Together, null, timeSteps, Together, WorkerTeam.Caller) > 0;
    }
}
