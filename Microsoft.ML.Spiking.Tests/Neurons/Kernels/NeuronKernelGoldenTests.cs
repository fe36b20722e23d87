using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class NeuronKernelGoldenTests
{
    [TestMethod]
    public void Kernels_GoldenCases_EqualInFloat()
    {
        int compared = 0;
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            double[] input = golden["input"];
            var reference = new ReferenceNeuron(golden.Definition, golden.Learned, input, golden.TimeSteps);
            if (Enumerable.Range(0, input.Length / golden.TimeSteps).Any(i => reference.IsDoubtful(i, 1e-6)))
            {
                continue;
            }
            foreach (VectorWidth width in KernelCases.Widths)
            {
                AssertEqual(golden, new KernelRun(golden.Definition, (float)golden.Learned, Floats(input),
                    Floats(golden["upstream_gradient"]), golden.TimeSteps, width));
            }
            compared++;
        }
        Assert.IsGreaterThan(100, compared);
    }

    private static void AssertEqual(GoldenNeuron golden, KernelRun run)
    {
        Assert.AreSequenceEqual(Floats(golden["spikes"]), run.Spikes, golden.ToString());
        KernelCases.AssertClose(golden["input_gradient"], run.Gradient, _ => true, 1e-5, golden.ToString());
        if (golden.LearnedGradient is double expected)
        {
            Assert.AreEqual(expected, run.LearnedGradient, 2e-5 * Math.Max(1, Math.Abs(expected)), golden.ToString());
        }
    }

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];
}
