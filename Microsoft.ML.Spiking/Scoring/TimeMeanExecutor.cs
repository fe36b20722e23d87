namespace Microsoft.ML.Spiking.Scoring;

/// <summary>
/// The mean over the time steps, taken before the last linear layer: the mean of its outputs is its output of the
/// mean, and one product replaces T.
/// </summary>
internal sealed unsafe class TimeMeanExecutor(int timeSteps, int size) : LayerExecutor
{
    public override long OutputLength => size;

    public override void Run(float* input, float* output, float* scratch)
    {
        var sum = new Span<float>(output, size);
        new ReadOnlySpan<float>(input, size).CopyTo(sum);
        for (int t = 1; t < timeSteps; t++)
        {
            float* step = input + ((long)t * size);
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += step[i];
            }
        }
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] /= timeSteps;
        }
    }
}
