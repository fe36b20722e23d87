using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The end of a residual block: adds the result of one path to that of the other, in the output.</summary>
/// <param name="size">Values of a step.</param>
/// <param name="timeSteps">T; 1 if the sum is the same at every step.</param>
/// <param name="constantInput">Whether the added values are the same at every step.</param>
internal sealed unsafe class AdditionExecutor<TLanes>(int size, int timeSteps, bool constantInput) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
{
    public override long OutputLength => (long)timeSteps * size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        for (int t = 0; t < timeSteps; t++)
        {
            float* addend = constantInput ? input : input + ((long)t * size);
            int i = 0;
            for (; i <= size - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.Load(output + i) + TLanes.Load(addend + i), output + i);
            }
            for (; i < size; i++)
            {
                output[i] += addend[i];
            }
            output += size;
        }
    }
}
