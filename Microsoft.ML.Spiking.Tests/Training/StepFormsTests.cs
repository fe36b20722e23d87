using Microsoft.ML.Spiking.Benchmarks.Training;
using Microsoft.ML.Spiking.Training;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>The two forms of a training step that the benchmark compares compute the same thing.</summary>
[TestClass]
public sealed class StepFormsTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Run_FusedAndOpByOp_GivesTheSameLossesAndWeights()
    {
        using var problem = new MlpProblem(timeSteps: 5, hidden: 160);
        using TrainingStep fused = StepForms.Create(StepForms.Fused, problem);
        using TrainingStep opByOp = StepForms.Create(StepForms.OpByOp, problem);
        for (int step = 0; step < 3; step++)
        {
            double expected = opByOp.Run();
            Assert.AreEqual(expected, fused.Run(), 1e-4 * expected, $"step {step}");
        }
        foreach ((float[] expected, float[] actual) in opByOp.Weights().Zip(fused.Weights()))
        {
            // Rounding may flip a spike of the 600,000 of a step; what that changes is far below what a step does.
            double difference = expected.Zip(actual).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
            double size = expected.Sum(value => Math.Pow(value, 2));
            Assert.IsLessThan(1e-8 * size, difference);
        }
    }
}
