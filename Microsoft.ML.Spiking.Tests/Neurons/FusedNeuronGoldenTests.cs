using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>The fused neurons, under autograd, against the authors' code and SpikingJelly.</summary>
[TestClass]
public sealed class FusedNeuronGoldenTests
{
    private const double Tolerance = 1e-5;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Forward_GoldenCases_GivesTheReferenceSpikesAndGradients()
    {
        int compared = 0;
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            double[] input = golden["input"];
            var reference = new ReferenceNeuron(golden.Definition, golden.Learned, input, golden.TimeSteps);
            if (Enumerable.Range(0, input.Length / golden.TimeSteps).Any(i => reference.IsDoubtful(i, 1e-6)))
            {
                continue; // float32 may see another spike
            }
            AutogradRun run =
                AutogradRun.Of(new FusedNeuron(golden.Definition), golden.Definition, (float)golden.Learned,
                Floats(input), Floats(golden["upstream_gradient"]), golden.TimeSteps, isConstant: false,
                isTransposed: false, torch.ScalarType.Float32);
            Assert.AreSequenceEqual(golden["spikes"], run.Spikes, golden.ToString());
            GoldenFiles.AssertClose(golden["input_gradient"], run.CurrentGradient, Tolerance, golden.ToString());
            if (golden.LearnedGradient is double learned)
            {
                GoldenFiles.AssertClose([learned], run.LearnedGradient, 2 * Tolerance, golden.ToString());
            }
            compared++;
        }
        Assert.IsGreaterThan(100, compared);
    }

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];
}
