using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Folding;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>A copy of the values of every step in another order.</summary>
/// <param name="from">The order of the input.</param>
/// <param name="to">The order of the output.</param>
/// <param name="size">Values of a step.</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal sealed unsafe class ReorderExecutor(Interleaving from, Interleaving to, int size, int timeSteps)
    : LayerExecutor
{
    private readonly int[] _sources =
        [.. Enumerable.Range(0, size).Select(place => from.PlaceOf(to.PositionOf(place)))];

    public override long OutputLength => (long)timeSteps * size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        for (int t = 0; t < timeSteps; t++, input += size)
        {
            foreach (int source in _sources)
            {
                *output++ = input[source];
            }
        }
    }
}
