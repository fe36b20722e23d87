namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// One layer at scoring time, for one row. Immutable: what a run needs beside its weights is handed in, so that an
/// executor serves any number of threads.
/// </summary>
internal abstract unsafe class LayerExecutor
{
    /// <summary>Floats that leave the layer: its size, times T unless they are the same at every step.</summary>
    public abstract long OutputLength { get; }

    /// <summary>Floats of working memory that a run needs.</summary>
    public virtual long ScratchLength => 0;

    /// <summary>Runs the layer.</summary>
    /// <param name="input">[T, size], or [size] if it is the same at every step.</param>
    /// <param name="output">Takes <see cref="OutputLength"/> floats; starts a cache line.</param>
    /// <param name="scratch">Any content; starts a cache line.</param>
    public abstract void Run(float* input, float* output, float* scratch);
}
