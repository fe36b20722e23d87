using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>The largest constant current with which a neuron never fires.</summary>
internal static unsafe class QuietCurrent
{
    /// <summary>Found by halving, down to neighbouring floats; minus infinity if there is none that tells.</summary>
    public static float Of(NeuronKernel kernel, int timeSteps)
    {
        float quiet = -1e30f, loud = 1e30f;
        // A neuron that fires at any current, or at none, has no bound.
        if (Fires(kernel, timeSteps, quiet) || !Fires(kernel, timeSteps, loud))
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
            (quiet, loud) = Fires(kernel, timeSteps, middle) ? (quiet, middle) : (middle, loud);
        }
    }

    private static bool Fires(NeuronKernel kernel, int timeSteps, float current)
    {
        fixed (float* spikes = new float[timeSteps])
        {
            return kernel.Forward(&current, constantCurrent: true, spikes, null, timeSteps, 1, WorkerTeam.Caller) > 0;
        }
    }
}
