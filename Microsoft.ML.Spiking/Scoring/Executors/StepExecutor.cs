namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// One layer of a stream, for one time step. Immutable: the memory that it carries from step to step is handed in, so
/// that all streams of a model share it.
/// </summary>
internal abstract unsafe class StepExecutor
{
    /// <summary>Gets the number of floats of the output.</summary>
    public abstract long OutputLength { get; }

    /// <summary>Gets the number of floats of working memory that a step needs.</summary>
    public virtual long ScratchLength => 0;

    /// <summary>Gets the number of floats that are carried from step to step.</summary>
    public virtual long StateLength => 0;

    /// <summary>Makes the carried values those before the first step.</summary>
    public virtual void Reset(float* state)
    {
    }

    /// <summary>Runs the layer.</summary>
    /// <param name="input">The values of this step that arrive.</param>
    /// <param name="output">Takes <see cref="OutputLength"/> floats; starts a cache line.</param>
    /// <param name="state">The carried values; starts a cache line.</param>
    /// <param name="scratch">Any content; starts a cache line.</param>
    /// <param name="steps">The number of steps with this one, from 1.</param>
    public abstract void Run(float* input, float* output, float* state, float* scratch, int steps);
}

/// <summary>A layer that carries nothing from step to step.</summary>
internal sealed unsafe class StatelessStepExecutor(LayerExecutor layer) : StepExecutor
{
    public override long OutputLength => layer.OutputLength;

    public override long ScratchLength => layer.ScratchLength;

    public override void Run(float* input, float* output, float* state, float* scratch, int steps) =>
        layer.Run(input, output, scratch);
}
