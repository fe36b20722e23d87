using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>The arrays of one step of <see cref="Sgd"/>, and the step in one pass over them.</summary>
internal unsafe struct SgdKernel
{
    public float* Parameter;
    public float* Gradient;

    /// <summary>Null without momentum.</summary>
    public float* Buffer;

    public float Momentum;
    public float WeightDecay;
    public float LearningRate;

    /// <summary>g &lt;- g + decay p; b &lt;- momentum b + g; p &lt;- p - rate b.</summary>
    /// <param name="step">The arrays.</param>
    /// <param name="length">Values in each.</param>
    /// <param name="threads">At most so many threads.</param>
    public static void Run(in SgdKernel step, long length, int threads) =>
        ChunkedRun<SgdKernel>.Run(in step, &Range, &Range, length, length, DenseLayout.Chunk, threads);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Range(in SgdKernel step, long start, long end)
    {
        float* p = step.Parameter, g = step.Gradient, b = step.Buffer;
        long i = start;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> parameter = Vector.Load(p + i);
            Vector<float> change = Vector.Load(g + i) + (step.WeightDecay * parameter);
            if (b != null)
            {
                change += step.Momentum * Vector.Load(b + i);
                Vector.Store(change, b + i);
            }
            Vector.Store(parameter - (step.LearningRate * change), p + i);
        }
        for (; i < end; i++)
        {
            float change = g[i] + (step.WeightDecay * p[i]);
            if (b != null)
            {
                b[i] = change += step.Momentum * b[i];
            }
            p[i] -= step.LearningRate * change;
        }
        return 0;
    }
}
