using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The mean over the steps so far of a stream; after T steps that of <see cref="TimeMeanExecutor"/>.</summary>
/// <param name="size">Values of a step.</param>
internal sealed unsafe class StepMeanExecutor(int size) : StepExecutor
{
    public override long OutputLength => size;

    public override long StateLength => size;

    public override void Reset(float* state) => new Span<float>(state, size).Clear();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* state, float* scratch, int steps)
    {
        var count = new Vector<float>(steps);
        int i = 0;
        for (; i <= size - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> sum = Vector.Load(state + i) + Vector.Load(input + i);
            Vector.Store(sum, state + i);
            Vector.Store(sum / count, output + i);
        }
        for (; i < size; i++)
        {
            state[i] += input[i];
            output[i] = state[i] / steps;
        }
    }
}
