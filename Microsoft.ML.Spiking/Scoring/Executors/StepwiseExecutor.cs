namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A layer of rows that bring their time steps: each step by itself, so that its sums do not depend on the steps after
/// it, and a stream, which does not know those yet, gives the same values to the last bit.
/// </summary>
/// <param name="step">The layer for one step.</param>
/// <param name="inputSize">Values of a step that arrive.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class StepwiseExecutor(LayerExecutor step, int inputSize, int timeSteps) : LayerExecutor
{
    // As many rows as go through a layer together.
    private const int MostTogether = 8;

    private readonly TimeBlocks _blocks = new(timeSteps, step.GainsFromRows ? MostTogether : 1);

    public override long OutputLength => timeSteps * step.OutputLength;

    public override long ScratchLength =>
        step.ScratchLengthFor(Math.Min(timeSteps, step.GainsFromRows ? MostTogether : 1));

    public override StepExecutor AtStep() => step.AtStep();

    /// <inheritdoc/>
    /// <remarks>Steps lie one after the other, as rows do, and share the weights in the cache as rows do.</remarks>
    public override void Run(float* input, float* output, float* scratch)
    {
        long size = step.OutputLength;
        for (int block = 0; block < _blocks.Count; block++)
        {
            int t = _blocks.Start(block);
            step.RunRows(input + ((long)t * inputSize), inputSize, output + (t * size), size,
                _blocks.Start(block + 1) - t, scratch);
        }
    }
}
