namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>
/// The assignment of results to buffers: a result whose last reader has run leaves its buffer to the next one. A chain
/// of layers then takes two buffers; a residual block takes one more, for the path that waits for the addition.
/// </summary>
internal static class BufferAssignment
{
    /// <summary>Makes the plan, in as few buffers as a walk from the front finds.</summary>
    /// <param name="steps">Steps, each of which writes its own buffer or adds to one.</param>
    /// <param name="output">The buffer that is read after the last step.</param>
    public static ScoringPlan Apply(IReadOnlyList<ScoringStep> steps, int output)
    {
        Dictionary<int, int> lastUse = LastUses(steps, output);
        // No more places than steps.
        long[] lengths = new long[steps.Count];
        int used = 0;
        var free = new List<int>();
        var places = new Dictionary<int, int> { [ScoringPlan.Row] = ScoringPlan.Row };
        var placed = new ScoringStep[steps.Count];
        for (int index = 0; index < placed.Length; index++)
        {
            ScoringStep step = steps[index];
            if (!places.TryGetValue(step.Output, out int place))
            {
                place = used;
                if (free.Count > 0)
                {
                    place = free[^1];
                    free.RemoveAt(free.Count - 1);
                }
                else
                {
                    used++;
                }
                places[step.Output] = place;
            }
            lengths[place] = Math.Max(lengths[place], step.Executor.OutputLength);
            placed[index] = new(step.Executor, places[step.Input], place);
            if (step.Input != ScoringPlan.Row && lastUse[step.Input] == index)
            {
                free.Add(places[step.Input]);
            }
            if (step.Output != step.Input && lastUse[step.Output] == index)
            {
                free.Add(place);
            }
        }
        long[] needed = new long[used];
        Array.Copy(lengths, needed, used);
        return new(placed, needed, places[output]);
    }

    private static Dictionary<int, int> LastUses(IReadOnlyList<ScoringStep> steps, int output)
    {
        var lastUse = new Dictionary<int, int>();
        for (int index = 0; index < steps.Count; index++)
        {
            lastUse[steps[index].Input] = index;
            lastUse[steps[index].Output] = index;
        }
        lastUse[output] = steps.Count;
        return lastUse;
    }
}
