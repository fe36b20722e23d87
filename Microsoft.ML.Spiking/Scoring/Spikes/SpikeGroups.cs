using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>
/// Inputs with the same spikes in a block of time steps together: what they add to an output is the same at each of its
/// steps, so that their weights are summed once.
/// </summary>
internal unsafe struct SpikeGroups
{
    /// <summary>For each pattern that occurs the places of its inputs' weights, and its values.</summary>
    public ActiveRun* Groups;

    /// <summary>Number of groups.</summary>
    public int Count;

    private static int GroupFloats => (SpikePatterns.Count - 1) * (sizeof(ActiveRun) / sizeof(float));

    /// <summary>Floats of memory for the groups, whole cache lines.</summary>
    /// <param name="most">The most inputs.</param>
    public static long Length(int most) => (15L + GroupFloats + SpikePatterns.Count + most) / 16 * 16;

    /// <summary>Groups the inputs of some runs.</summary>
    /// <param name="events">All inputs.</param>
    /// <param name="runs">Parts of their list.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="memory"><see cref="Length"/> floats, which will hold the groups; starts a cache line.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static SpikeGroups Of(in SpikeEvents events, ActiveRun* runs, int runCount, float* memory)
    {
        SpikeGroups made = new() { Groups = (ActiveRun*)memory };
        int* counts = (int*)(memory + GroupFloats), places = counts + SpikePatterns.Count;
        new Span<int>(counts, SpikePatterns.Count).Clear();
        long toPattern = events.Patterns - events.Inputs;
        for (ActiveRun* run = runs; run < runs + runCount; run++)
        {
            int* patterns = run->Inputs + toPattern;
            for (int k = 0; k < run->Count; k++)
            {
                counts[patterns[k]]++;
            }
        }
        for (int pattern = 1; pattern < SpikePatterns.Count; pattern++)
        {
            if (counts[pattern] != 0)
            {
                made.Groups[made.Count] = new() { Inputs = places, Values = SpikePatterns.Values(pattern) };
                places += counts[pattern];
                counts[pattern] = made.Count++;
            }
        }
        for (ActiveRun* run = runs; run < runs + runCount; run++)
        {
            int* patterns = run->Inputs + toPattern;
            int offset = (int)run->WeightOffset;
            for (int k = 0; k < run->Count; k++)
            {
                ActiveRun* group = made.Groups + counts[patterns[k]];
                group->Inputs[group->Count++] = run->Inputs[k] + offset;
            }
        }
        return made;
    }
}
