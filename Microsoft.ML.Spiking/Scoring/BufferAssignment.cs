namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// Lets results share memory: a result whose last reader has run leaves its buffer to the next one. A chain of layers
/// then takes two buffers; a residual block takes one more, for what waits for the addition.
/// </summary>
internal static class BufferAssignment
{
    /// <summary>The plan in as few buffers as a walk from the front finds.</summary>
    /// <param name="steps">Steps of which each writes a buffer of its own or adds to one.</param>
    /// <param name="output">The buffer that is read after the last step.</param>
    public static ScoringPlan Apply(IReadOnlyList<ScoringStep> steps, int output)
    {
        var lastUse = new Dictionary<int, int> { [output] = steps.Count };
        foreach ((int index, ScoringStep step) in steps.Index())
        {
            lastUse[step.Input] = Math.Max(index, lastUse.GetValueOrDefault(step.Input));
            lastUse[step.Output] = Math.Max(index, lastUse.GetValueOrDefault(step.Output));
        }
        var lengths = new List<long>();
        var free = new Stack<int>();
        var places = new Dictionary<int, int> { [ScoringPlan.Row] = ScoringPlan.Row };
        var placed = new List<ScoringStep>();
        foreach ((int index, ScoringStep step) in steps.Index())
        {
            if (!places.TryGetValue(step.Output, out int place))
            {
                if (!free.TryPop(out place))
                {
                    place = lengths.Count;
                    lengths.Add(0);
                }
                places[step.Output] = place;
            }
            lengths[place] = Math.Max(lengths[place], step.Executor.OutputLength);
            placed.Add(new(step.Executor, places[step.Input], place));
            foreach (int used in new[] { step.Input, step.Output }.Distinct())
            {
                if (used != ScoringPlan.Row && lastUse[used] == index)
                {
                    free.Push(places[used]);
                }
            }
        }
        return new(placed, lengths, places[output]);
    }
}
