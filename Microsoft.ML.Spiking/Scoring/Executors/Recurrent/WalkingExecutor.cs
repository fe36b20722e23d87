using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors.Recurrent;

/// <summary>
/// A layer whose step needs what it gave at the step before: it walks the time steps of a row itself.
/// </summary>
/// <param name="timeSteps">T.</param>
/// <param name="inputSize">Values of a step that arrive.</param>
/// <param name="outputSize">Values of a step that leave.</param>
/// <param name="constantInput">Whether what arrives is the same at every step.</param>
internal abstract unsafe class WalkingExecutor(int timeSteps, int inputSize, int outputSize, bool constantInput)
    : LayerExecutor
{
    public sealed override long OutputLength => (long)timeSteps * outputSize;

    // A step's output starts a cache line; the state, the output, and what a step needs.
    public sealed override long ScratchLength => StateLength + CacheLines.Whole(outputSize) + WorkLength;

    /// <summary>Gets the number of floats that are carried from step to step: whole cache lines.</summary>
    public abstract long StateLength { get; }

    /// <summary>Gets the number of floats of working memory of a step.</summary>
    private protected abstract long WorkLength { get; }

    public sealed override StepExecutor AtStep() => new AtStepExecutor(this, outputSize);

    public sealed override void Run(float* input, float* output, float* scratch)
    {
        float* state = scratch, own = state + StateLength, work = own + CacheLines.Whole(outputSize);
        Rest(state);
        for (int t = 0; t < timeSteps; t++)
        {
            Step(input + (constantInput ? 0 : (long)t * inputSize), own, state, work);
            new Span<float>(own, outputSize).CopyTo(new Span<float>(output + ((long)t * outputSize), outputSize));
        }
    }

    /// <summary>Makes the state that before the first step.</summary>
    private protected abstract void Rest(float* state);

    /// <summary>Takes a step.</summary>
    /// <param name="input">[inputs].</param>
    /// <param name="output">[outputs]; starts a cache line.</param>
    /// <param name="state">The carried values; starts a cache line.</param>
    /// <param name="work">Any content; starts a cache line.</param>
    private protected abstract void Step(float* input, float* output, float* state, float* work);

    /// <summary>The layer for one step of a stream.</summary>
    private sealed class AtStepExecutor(WalkingExecutor layer, int size) : StepExecutor
    {
        public override long OutputLength => size;

        public override long ScratchLength => layer.WorkLength;

        public override long StateLength => layer.StateLength;

        public override void Reset(float* state) => layer.Rest(state);

        public override void Run(float* input, float* output, float* state, float* scratch, int steps) =>
            layer.Step(input, output, state, scratch);
    }
}
