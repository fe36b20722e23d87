using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>A row in memory, the size of a digit of MNIST.</summary>
internal sealed class PixelRow
{
    [VectorType(StepProblem.Features)]
    public float[] Features { get; set; } = [];

    /// <summary>From 0, as ML.NET reads keys of users.</summary>
    [KeyType(StepProblem.Classes)]
    public uint Label { get; set; }

    /// <summary>
    /// Pixels that are zero in four places of five, as those of digits are; labels have nothing to do with them.
    /// </summary>
    public static PixelRow[] Draw(int count)
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new PixelRow
            {
                Features = [.. Enumerable.Range(0, StepProblem.Features)
                    .Select(_ => random.Next(5) == 0 ? random.NextSingle() : 0f)],
                Label = (uint)(i % StepProblem.Classes),
            }),
        ];
    }
}
