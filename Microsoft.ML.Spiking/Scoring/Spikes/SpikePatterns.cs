using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>What an input does in a few time steps, spike or no spike in each: bit t of a pattern is step t.</summary>
internal static unsafe class SpikePatterns
{
    /// <summary>The most steps of a pattern.</summary>
    public const int MaxSteps = 6;

    /// <summary>Number of patterns.</summary>
    public const int Count = 1 << MaxSteps;

    private static readonly AlignedFloats Table = Fill();

    /// <summary>A pattern as values, 0 and 1: <see cref="MaxSteps"/> of them.</summary>
    public static float* Values(int pattern) => Table.Pointer + (pattern * MaxSteps);

    private static AlignedFloats Fill()
    {
        var table = new AlignedFloats(Count * MaxSteps);
        for (int i = 0; i < Count * MaxSteps; i++)
        {
            table.Pointer[i] = (i / MaxSteps) >> (i % MaxSteps) & 1;
        }
        return table;
    }
}
