namespace Microsoft.ML.Spiking.Scoring;

/// <summary>The memory of one scoring call: two buffers that layers write in turn, and their working memory.</summary>
internal sealed class ScorerState
{
    private readonly AlignedFloats _even;
    private readonly AlignedFloats _odd;

    public ScorerState(IReadOnlyList<LayerExecutor> executors)
    {
        long output = executors.Select(executor => executor.OutputLength).DefaultIfEmpty().Max();
        _even = new AlignedFloats(output);
        _odd = new AlignedFloats(output);
        Scratch = new AlignedFloats(executors.Select(executor => executor.ScratchLength).DefaultIfEmpty().Max());
    }

    public AlignedFloats Scratch { get; }

    /// <summary>The buffer that the layer of that index writes.</summary>
    public AlignedFloats Output(int layer) => layer % 2 == 0 ? _even : _odd;
}
