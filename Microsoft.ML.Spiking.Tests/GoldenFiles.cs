using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>The reference vectors: those beside the tests, or in the folder that SPIKING_GOLDEN names.</summary>
/// <remarks>
/// The neurons' files hold all digits of their results. Those of training steps hold nine, of inputs and of results
/// alike, so a result near 3 is known to 5e-9.
/// </remarks>
internal static class GoldenFiles
{
    public static JsonElement Read(string name)
    {
        string folder = Environment.GetEnvironmentVariable("SPIKING_GOLDEN") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(AppContext.BaseDirectory, "Golden");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return document.RootElement.Clone();
    }

    public static double[] Doubles(this JsonElement array) =>
        [.. array.EnumerateArray().Select(item => item.GetDouble())];

    public static long[] Longs(this JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt64())];

    /// <summary>
    /// Asserts that all values agree within the tolerance, relative to the larger of 1 and the value.
    /// </summary>
    public static void AssertClose(double[] expected, double[] actual, double tolerance, string what) =>
        AssertClose(expected, actual, tolerance, _ => 0, what);

    /// <summary>Asserts the same for values that the file rounds to nine digits.</summary>
    public static void AssertCloseToNineDigits(double[] expected, double[] actual, double tolerance, string what) =>
        AssertClose(expected, actual, tolerance, HalfUnitOfTheNinthDigit, what);

    private static void AssertClose(
        double[] expected, double[] actual, double tolerance, Func<double, double> rounding, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = (tolerance * Math.Max(1, Math.Abs(expected[i]))) + rounding(expected[i]);
            double difference = Math.Abs(expected[i] - actual[i]);
            Assert.IsLessThanOrEqualTo(allowed, difference, string.Create(CultureInfo.InvariantCulture,
                $"{what}[{i}] is {actual[i]:R}, expected {expected[i]:R}"));
        }
    }

    private static double HalfUnitOfTheNinthDigit(double value) =>
        value == 0 ? 0 : 0.5 * Math.Pow(10, Math.Floor(Math.Log10(Math.Abs(value))) - 8);
}
