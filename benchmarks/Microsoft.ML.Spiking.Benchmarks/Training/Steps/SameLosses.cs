using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>A check that two forms of a step compute the same.</summary>
internal static class SameLosses
{
    private const double Tolerance = 1e-3;

    /// <summary>Checks that both forms compute the same; otherwise their times cannot be compared.</summary>
    public static string Assert(TrainingStep fused, TrainingStep opByOp)
    {
        var losses = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            double a = fused.Run(), b = opByOp.Run();
            losses.Add(Numbers.Text($"{a:0.00000} and {b:0.00000}"));
            if (!(Math.Abs(a - b) <= Tolerance * Math.Abs(b)))
            {
                throw new InvalidOperationException($"The forms differ: {string.Join(", ", losses)}.");
            }
        }
        return string.Join(", ", losses);
    }
}
