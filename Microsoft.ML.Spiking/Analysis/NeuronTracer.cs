using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>Runs one neuron again on the current that it received, and notes its potentials.</summary>
internal static unsafe class NeuronTracer
{
    /// <summary>Returns the neuron's state at every step.</summary>
    /// <param name="row">The row's number.</param>
    /// <param name="place">The neuron.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="learned">The layer's learned value.</param>
    /// <param name="currents">The layer's currents: [T, size], or [size] if they are the same at every step.</param>
    /// <param name="spikes">The layer's spikes, [T, size].</param>
    /// <param name="order">The order of a step's values.</param>
    /// <param name="timeSteps">T.</param>
    public static PotentialTrace Trace(int row, NeuronPlace place, NeuronLayer layer, float learned,
        ReadOnlySpan<float> currents, ReadOnlySpan<float> spikes, Interleaving order, int timeSteps)
    {
        int size = spikes.Length / timeSteps, at = order.PlaceOf(place.Index);
        bool isConstant = currents.Length == size && timeSteps > 1;
        float[] current = new float[timeSteps], fired = new float[timeSteps], membrane = new float[timeSteps];
        float[] again = new float[timeSteps];
        for (int t = 0; t < timeSteps; t++)
        {
            current[t] = currents[isConstant ? at : (t * size) + at];
            fired[t] = spikes[(t * size) + at];
        }
        var neuron = (SpikingNeuronDefinition)layer.Neuron;
        NeuronKernel kernel = NeuronKernel.Create(neuron, learned, VectorWidth.Scalar);
        fixed (float* x = current, s = again, h = membrane)
        {
            kernel.Forward(x, constantCurrent: false, s, h, timeSteps, n: 1, WorkerTeam.Caller);
        }
        return new()
        {
            Row = row,
            Neuron = place,
            Threshold = neuron.Threshold,
            Current = current,
            Membrane = membrane,
            Complementary = neuron is ClifNeuron clif ? Complementary(clif, membrane, fired) : null,
            Spikes = fired,
        };
    }

    // ClifNeuron has the equation.
    private static float[] Complementary(ClifNeuron neuron, float[] membrane, float[] spikes)
    {
        float[] complementary = new float[membrane.Length];
        double m = 0;
        for (int t = 0; t < membrane.Length; t++)
        {
            m = (m / (1 + Math.Exp(-membrane[t] / neuron.MembraneTimeConstant))) + spikes[t];
            complementary[t] = (float)m;
        }
        return complementary;
    }
}
