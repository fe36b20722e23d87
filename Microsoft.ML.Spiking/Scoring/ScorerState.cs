namespace Microsoft.ML.Spiking.Scoring;

/// <summary>The memory of one scoring call: the plan's buffers and the working memory that its steps share.</summary>
internal sealed class ScorerState(ScoringPlan plan)
{
    private readonly AlignedFloats[] _buffers = [.. plan.BufferLengths.Select(length => new AlignedFloats(length))];

    public AlignedFloats Scratch { get; } = new(plan.ScratchLength);

    /// <summary>A buffer of the plan.</summary>
    public AlignedFloats Buffer(int index) => _buffers[index];
}
