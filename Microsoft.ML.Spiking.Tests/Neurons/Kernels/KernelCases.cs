using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

/// <summary>The cases of the kernels' tests.</summary>
internal static class KernelCases
{
    public static VectorWidth[] Widths { get; } =
        [VectorWidth.Scalar, VectorWidth.Vector128, VectorWidth.Vector256, VectorWidth.Vector512];

    /// <summary>Gets every neuron, with a learned value.</summary>
    public static IEnumerable<object[]> Neurons =>
    [
        [new ClifNeuron(), 0f],
        [new LifNeuron(), 0f],
        [new PlifNeuron(), 0.3f],
        [new PlifNeuron(), -2f],
        [new KlifNeuron(), 1.25f],
        [new KlifNeuron { ScaleReset = true }, 0.75f],
        [new IfNeuron(), 0f],
    ];

    public static float[] Uniform(Random random, int count, float from, float to) =>
        [.. Enumerable.Range(0, count).Select(_ => from + ((to - from) * random.NextSingle()))];

    /// <summary>
    /// Asserts that the compared values agree within a tolerance relative to the larger of 1 and the value.
    /// </summary>
    public static void AssertClose(
        double[] expected, float[] actual, Func<int, bool> compared, double tolerance, string what)
    {
        Assert.HasCount(expected.Length, actual, what);
        for (int i = 0; i < expected.Length; i++)
        {
            if (compared(i))
            {
                double allowed = tolerance * Math.Max(1, Math.Abs(expected[i]));
                if (!(Math.Abs(expected[i] - actual[i]) <= allowed))
                {
                    Assert.Fail($"[{i}] is {actual[i]:R}, expected {expected[i]:R}: {what}");
                }
            }
        }
    }
}
