using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;


namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The largest constant current with which a neuron never fires.</summary>
internal static unsafe class QuietCurrent
{
    private const int Together = 16;

    /// <summary>Found by halving, down to neighbouring floats; minus infinity if there is none that tells.</summary>
    public static float Of(NeuronKernel kernel, int timeSteps)
    {
        // As many neurons as the widest vectors have: the kernel for single ones then need not be compiled for this.
        fixed (float* memory = new float[checked((1 + timeSteps) * Together)])
        {
            return Of(kernel, timeSteps, memory);
        }
    }

    private static float Of(NeuronKernel kernel, int timeSteps, float* memory)
    {
        float quiet = -1e30f, loud = 1e30f;
        // A neuron that fires at any current, or at none, has no bound.
        if (Fires(kernel, timeSteps, memory, quiet) || !Fires(kernel, timeSteps, memory, loud))
        {
            return float.NegativeInfinity;
        }
        while (true)
        {
            float middle = (quiet + loud) / 2;
            if (middle <= quiet || middle >= loud)
            {
                return quiet;
            }
            (quiet, loud) = Fires(kernel, timeSteps, memory, middle) ? (quiet, middle) : (middle, loud);
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
