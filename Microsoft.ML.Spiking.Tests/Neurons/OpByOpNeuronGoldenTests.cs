using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>The op-by-op neurons against the authors' code and SpikingJelly.</summary>
[TestClass]
public sealed class OpByOpNeuronGoldenTests
{
    private const double DoubleTolerance = 1e-9;
    private const double SingleTolerance = 1e-4;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Forward_AllCasesInDouble_GivesTheReferenceSpikesStatesAndGradients()
    {
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            Result result = Run(golden, ScalarType.Float64);
            Assert.AreSequenceEqual(golden["spikes"], result.Spikes, $"{golden}: spikes");
            AssertValues(golden, result, DoubleTolerance);
        }
    }

    [TestMethod]
    public void Forward_AllCasesInSingle_GivesTheReferenceWhereNoSpikeFlips()
    {
        int flipped = 0;
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            Result result = Run(golden, ScalarType.Float32);
            if (golden["spikes"].SequenceEqual(result.Spikes))
            {
                AssertValues(golden, result, SingleTolerance);
            }
            else
            {
                flipped++;
            }
        }
        Assert.IsLessThanOrEqualTo(1, flipped);
    }

    private static void AssertValues(GoldenNeuron golden, Result result, double tolerance)
    {
        GoldenFiles.AssertClose(golden["v"], result.V, tolerance, $"{golden}: v");
        GoldenFiles.AssertClose(golden["input_gradient"], result.InputGradient, tolerance, $"{golden}: input gradient");
        if (golden.Case.TryGetProperty("m", out _))
        {
            GoldenFiles.AssertClose(golden["m"], result.M, tolerance, $"{golden}: m");
        }
        if (golden.LearnedGradient is double learned)
        {
            GoldenFiles.AssertClose([learned], result.LearnedGradient, tolerance, $"{golden}: learned value");
        }
    }

    private static Result Run(GoldenNeuron golden, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = golden.Shape;
        Tensor input = Leaf(golden["input"], shape, type);
        Tensor[] learned = golden.LearnedGradient is null ? [] : [Leaf([golden.Learned], [1], type)];
        using var trace = new NeuronTrace();

        Tensor spikes = OpByOpNeuron.Create(golden.Definition)
            .Forward(new(input, golden.TimeSteps, IsConstant: false), learned, trace);
        spikes.backward([tensor(golden["upstream_gradient"], shape, type)]);
        CallbackGradients.Release();

        return new(Values(spikes), Values([.. trace.Potentials]), Values([.. trace.Complementary]),
            Values(input.grad!), [.. learned.SelectMany(Gradient)]);
    }

    private static Tensor Leaf(double[] values, long[] shape, ScalarType type) =>
        tensor(values, shape, type).detach().requires_grad_();

    // After one step without a decayed input, the leak has not been used and has no gradient.
    private static double[] Gradient(Tensor leaf) => leaf.grad is Tensor gradient ? Values(gradient) : [0];

    private static double[] Values(params Tensor[] tensors) =>
        [.. tensors.SelectMany(part => part.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray())];

    private sealed record Result(
        double[] Spikes, double[] V, double[] M, double[] InputGradient, double[] LearnedGradient);
}
