namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// One layer at scoring time, for one row. Immutable: the memory that a run needs beside the weights is handed in, so
/// that an executor serves any number of threads.
/// </summary>
/// <remarks>
/// Executors work with pointers, and no bound is checked while they run. It is checked before: a definition is refused
/// unless it keeps within <see cref="Networks.Definition.NetworkLimits"/>, by which every length of a layer, of a step,
/// of a padded image and of a kernel is below 2^27 and every buffer below 2^29 floats; weights have the shapes that the
/// definition says; and a run is handed buffers of <see cref="OutputLength"/> and <see cref="ScratchLengthFor"/>
/// floats, which are computed in 64 bits. Each executor says why it stays within them.
/// </remarks>
internal abstract unsafe class LayerExecutor
{
    /// <summary>
    /// Gets the number of floats of the output: its size, times T unless it is the same at every step.
    /// </summary>
    public abstract long OutputLength { get; }

    /// <summary>Gets the number of floats of working memory that a run needs.</summary>
    public virtual long ScratchLength => 0;

    /// <summary>Gets whether several rows at once are faster than one after the other.</summary>
    public virtual bool GainsFromRows => false;

    /// <summary>Returns the number of floats of working memory that <see cref="RunRows"/> needs.</summary>
    public virtual long ScratchLengthFor(int rows) => ScratchLength;

    /// <summary>Returns this layer for one step of a stream, with the same weights.</summary>
    public virtual StepExecutor AtStep() => new StatelessStepExecutor(this);

    /// <summary>Runs the layer.</summary>
    /// <param name="input">[T, size], or [size] if it is the same at every step.</param>
    /// <param name="output">Takes <see cref="OutputLength"/> floats; starts a cache line.</param>
    /// <param name="scratch">Any content; starts a cache line.</param>
    public abstract void Run(float* input, float* output, float* scratch);

    /// <summary>
    /// Runs the layer for several rows; the output of each is that of <see cref="Run"/>, to the last bit.
    /// </summary>
    /// <param name="input">The first row's input; see <see cref="Run"/>.</param>
    /// <param name="inputStride">From one row's input to the next.</param>
    /// <param name="output">The first row's output; starts a cache line.</param>
    /// <param name="outputStride">From one row's output to the next.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="scratch">Any content; starts a cache line.</param>
    public virtual void RunRows(
        float* input, long inputStride, float* output, long outputStride, int rows, float* scratch)
    {
        for (int row = 0; row < rows; row++, input += inputStride, output += outputStride)
        {
            Run(input, output, scratch);
        }
    }
}
