using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>
/// The fused neurons under autograd, in float32, against autograd of the op-by-op form in float64: random constants,
/// numbers of steps and neurons, any strides. Neurons that rounding may flip get no gradient.
/// </summary>
[TestClass]
public sealed class FusedNeuronRandomTests
{
    private const double Margin = 1e-4;
    private const double Tolerance = 1e-4;
    private static readonly int[] Sizes = [0, 1, 3, 16, 17, 64, 129];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Backward_RandomCases_GivesTheGradientsOfTheOpByOpForm(object neuron, float learned)
    {
        var random = new Random(21);
        for (int round = 0; round < 12; round++)
        {
            foreach (int n in Sizes)
            {
                AssertAgrees(Variant((SpikingNeuronDefinition)neuron, random), learned, random.Next(1, 10), n,
                    isConstant: round % 3 == 1, isTransposed: round % 3 == 2, random);
            }
        }
    }

    private static SpikingNeuronDefinition Variant(SpikingNeuronDefinition neuron, Random random)
    {
        SurrogateGradient[] surrogates =
            [new RectangleSurrogate(1.3), new SigmoidSurrogate(), new TriangleSurrogate(0.8), new AtanSurrogate()];
        SpikingNeuronDefinition variant = neuron with
        {
            Surrogate = surrogates[random.Next(surrogates.Length)],
            ResetPotential = random.Next(3) switch { 0 => null, 1 => 0, _ => (0.5 * random.NextDouble()) - 0.4 },
            DetachReset = random.Next(2) == 1,
            Threshold = 0.7 + random.NextDouble(),
        };
        return variant is LeakyNeuronDefinition leaky
            ? leaky with { MembraneTimeConstant = 1.05 + (3 * random.NextDouble()), DecayInput = random.Next(2) == 1 }
            : variant;
    }

    private static void AssertAgrees(SpikingNeuronDefinition neuron, float learned, int timeSteps, int n,
        bool isConstant, bool isTransposed, Random random)
    {
        string what = $"{neuron} learned {learned} T {timeSteps} n {n} constant {isConstant} transposed {isTransposed}";
        int all = timeSteps * n;
        float[] current = KernelCases.Uniform(random, isConstant ? n : all, -1.5f, 2.5f);
        float[] upstream = KernelCases.Uniform(random, all, -1, 1);
        double[] everyStep = [.. Enumerable.Repeat(current, isConstant ? timeSteps : 1)
            .SelectMany(step => step).Select(value => (double)value)];
        var reference = new ReferenceNeuron(neuron, learned, everyStep, timeSteps);
        bool[] doubtful = [.. Enumerable.Range(0, n).Select(i => reference.IsDoubtful(i, Margin))];
        for (int at = 0; at < all; at++)
        {
            upstream[at] = doubtful[at % n] ? 0 : upstream[at];
        }

        AutogradRun expected =
            AutogradRun.Of(OpByOpNeuron.Create(neuron), neuron, learned, current, upstream, timeSteps,
            isConstant, isTransposed, ScalarType.Float64);
        AutogradRun actual = AutogradRun.Of(new FusedNeuron(neuron), neuron, learned, current, upstream, timeSteps,
            isConstant, isTransposed, ScalarType.Float32);

        Assert.HasCount(all, actual.Spikes, what);
        Assert.AreEqual(actual.Spikes.LongCount(s => s == 1), actual.Count, what);
        for (int at = 0; at < all; at++)
        {
            Assert.IsTrue(doubtful[at % n] || expected.Spikes[at] == actual.Spikes[at], what);
        }
        GoldenFiles.AssertClose(expected.CurrentGradient, actual.CurrentGradient, Tolerance, what);
        // A sum over all neurons and steps.
        double tolerance = Tolerance * Math.Max(1, 0.2 * all);
        GoldenFiles.AssertClose(expected.LearnedGradient, actual.LearnedGradient, tolerance, what);
    }
}
