using System.Numerics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>The arrays of one step of <see cref="AdamW"/>, and the step in one pass over them.</summary>
internal unsafe struct AdamKernel
{
    public float* Parameter;
    public float* Gradient;
    public float* First;
    public float* Second;

    /// <summary>Parts of the buffers that stay, and of the gradient and its square that are added.</summary>
    public (float Stays, float Added) Beta1;

    /// <inheritdoc cref="Beta1"/>
    public (float Stays, float Added) Beta2;

    public float Epsilon;

    /// <summary>1 - rate decay.</summary>
    public float Kept;

    /// <summary>The rate, freed of the first buffer's bias.</summary>
    public float Rate;

    /// <summary>What frees the root of the second buffer of its bias.</summary>
    public float RootScale;

    /// <summary>See <see cref="AdamW"/> for the equations.</summary>
    /// <param name="step">The arrays.</param>
    /// <param name="length">Values in each.</param>
    /// <param name="threads">At most so many threads.</param>
    public static void Run(in AdamKernel step, long length, int threads) =>
        ChunkedRun<AdamKernel>.Run(in step, &Range, &Range, length, length, DenseLayout.Chunk, threads);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Range(in AdamKernel step, long start, long end)
    {
        float* p = step.Parameter, g = step.Gradient, m = step.First, v = step.Second;
        long i = start;
        for (; i <= end - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> gradient = Vector.Load(g + i);
            Vector<float> first = (step.Beta1.Stays * Vector.Load(m + i)) + (step.Beta1.Added * gradient);
            Vector<float> second = (step.Beta2.Stays * Vector.Load(v + i)) + (step.Beta2.Added * gradient * gradient);
            Vector<float> root = (step.RootScale * Vector.SquareRoot(second)) + new Vector<float>(step.Epsilon);
            Vector.Store(first, m + i);
            Vector.Store(second, v + i);
            Vector.Store((step.Kept * Vector.Load(p + i)) - (step.Rate * first / root), p + i);
        }
        for (; i < end; i++)
        {
            m[i] = (step.Beta1.Stays * m[i]) + (step.Beta1.Added * g[i]);
            v[i] = (step.Beta2.Stays * v[i]) + (step.Beta2.Added * g[i] * g[i]);
            p[i] = (step.Kept * p[i]) - (step.Rate * m[i] / ((step.RootScale * MathF.Sqrt(v[i])) + step.Epsilon));
        }
        return 0;
    }
}
