using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;

namespace Microsoft.ML.Spiking.Benchmarks.Data;

/// <summary>A row in memory, the size of a digit of MNIST.</summary>
internal sealed class PixelRow
{
    [VectorType(StepProblem.Features)]
    public float[] Features { get; set; } = [];

    /// <summary>Gets or sets the class, from 0, as ML.NET reads keys of users.</summary>
    [KeyType(StepProblem.Classes)]
    public uint Label { get; set; }

    /// <summary>
    /// Returns rows in which four of five pixels are zero, as in images of digits; the labels are random.
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
