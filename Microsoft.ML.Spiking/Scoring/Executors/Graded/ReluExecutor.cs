using System.Numerics;

namespace Microsoft.ML.Spiking.Scoring.Executors.Graded;

/// <summary>The rectifier, max(0, x) at every step.</summary>
internal sealed unsafe class ReluExecutor(int timeSteps, int size, bool constantCurrent) : LayerExecutor
{
    public override long OutputLength => (long)timeSteps * size;

    public override void Run(float* input, float* output, float* scratch)
    {
        long length = constantCurrent ? size : OutputLength;
        long i = 0;
        for (; i <= length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> x = Vector.Load(input + i);
            // A value that is not a number stays so.
            Vector<float> positive =
                Vector.ConditionalSelect(Vector.LessThan(x, Vector<float>.Zero), Vector<float>.Zero, x);
            Vector.Store(positive, output + i);
        }
        for (; i < length; i++)
        {
            output[i] = input[i] < 0 ? 0 : input[i];
        }
        for (int t = 1; constantCurrent && t < timeSteps; t++)
        {
            new Span<float>(output, size).CopyTo(new Span<float>(output + ((long)t * size), size));
        }
    }
}
