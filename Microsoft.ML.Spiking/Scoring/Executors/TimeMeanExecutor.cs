using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// The mean over the time steps, taken before the last linear layer: the mean of the layer's outputs is its output for
/// the mean, and one product replaces T.
/// </summary>
internal sealed unsafe class TimeMeanExecutor(int timeSteps, int size) : LayerExecutor
{
    public override long OutputLength => size;

    public override StepExecutor AtStep() => new StepMeanExecutor(size);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        // One vector of inputs through all steps: the JIT would not vectorise the plain loop.
        int i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> sum = Vector.Load(input + i);
            for (int t = 1; t < timeSteps; t++)
            {
                sum += Vector.Load(input + ((long)t * size) + i);
            }
            Vector.Store(sum / new Vector<float>(timeSteps), output + i);
        }
        for (; i < size; i++)
        {
            float sum = input[i];
            for (int t = 1; t < timeSteps; t++)
            {
                sum += input[((long)t * size) + i];
            }
            output[i] = sum / timeSteps;
        }
    }
}
