namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class ReferenceNeuronTests
{
    private const double Tolerance = 1e-9;

    [TestMethod]
    public void Reference_GoldenCases_EqualInDouble()
    {
        int cases = 0;
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            var reference = new ReferenceNeuron(golden.Definition, golden.Learned, golden["input"], golden.TimeSteps);
            Assert.AreSequenceEqual(golden["spikes"], reference.Spikes, golden.ToString());
            AssertClose(golden["v"], reference.V, golden);
            if (golden.Case.TryGetProperty("m", out _))
            {
                AssertClose(golden["m"], reference.M, golden);
            }
            (double[] current, double learned, _) = reference.Backward(golden["upstream_gradient"]);
            AssertClose(golden["input_gradient"], current, golden);
            if (golden.LearnedGradient is double expected)
            {
                Assert.AreEqual(expected, learned, Tolerance, golden.ToString());
            }
            cases++;
        }
        Assert.IsGreaterThan(0, cases);
    }

    private static void AssertClose(double[] expected, double[] actual, GoldenNeuron golden)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], Tolerance, golden.ToString());
        }
    }
}
