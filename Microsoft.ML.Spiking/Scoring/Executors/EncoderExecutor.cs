using Microsoft.ML.Spiking.Networks.Encoding;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The encoder: makes the current of every time step of a row, where that is not the row itself.</summary>
/// <param name="encoder">The encoder.</param>
/// <param name="size">Features of a row.</param>
/// <param name="timeSteps">T.</param>
internal sealed unsafe class EncoderExecutor(InputEncoder encoder, int size, int timeSteps) : LayerExecutor
{
    public override long OutputLength => (long)timeSteps * size;

    public override void Run(float* input, float* output, float* scratch)
    {
        var row = new ReadOnlySpan<float>(input, size);
        long key = encoder.KeyOf(row);
        for (int t = 0; t < timeSteps; t++)
        {
            var current = new Span<float>(output + ((long)t * size), size);
            encoder.Encode(row, new EncodingMoment(t, timeSteps, key), current);
        }
    }
}
