using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>The fused neurons under autograd against the op-by-op form.</summary>
[TestClass]
public sealed class FusedNeuronTests
{
    private const double Tolerance = 2e-5;
    private static readonly long[] Shape = [6, 9, 37];

    public static IEnumerable<object[]> Neurons =>
        from neuron in new SpikingNeuronDefinition[]
        {
            new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new IfNeuron(), new KlifNeuron(),
            new KlifNeuron { ScaleReset = true },
        }
        from surrogate in new SurrogateGradient[]
        {
            new RectangleSurrogate(), new SigmoidSurrogate(), new TriangleSurrogate(), new AtanSurrogate(),
        }
        from reset in new double?[] { null, 0, -0.08 }
        from detach in new[] { false, true }
        select new object[] { neuron with { Surrogate = surrogate, ResetPotential = reset, DetachReset = detach } };

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Forward_AnyCurrent_GivesTheSpikesAndGradientsOfTheOpByOpForm(SpikingNeuronDefinition neuron)
    {
        foreach (bool isConstant in new[] { false, true })
        {
            Result expected = Run(OpByOpNeuron.Create(neuron), neuron, isConstant, ScalarType.Float64);
            Result actual = Run(new FusedNeuron(neuron), neuron, isConstant, ScalarType.Float32);
            Assert.AreSequenceEqual(expected.Spikes, actual.Spikes);
            Assert.AreEqual((long)expected.Spikes.Sum(), actual.Count);
            GoldenFiles.AssertClose(expected.CurrentGradient, actual.CurrentGradient, Tolerance, "current");
            // A sum over all neurons and steps.
            GoldenFiles.AssertClose(expected.LearnedGradient, actual.LearnedGradient, 50 * Tolerance, "learned");
        }
    }

    [TestMethod]
    public void Forward_WithoutGradient_GivesTheSameSpikes()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor current = Current(isConstant: false, ScalarType.Float32);
        NeuronSpikes expected = OpByOpNeuron.Create(new ClifNeuron()).Forward(new(current, 6, IsConstant: false), []);
        NeuronSpikes actual = new FusedNeuron(new ClifNeuron()).Forward(new(current, 6, IsConstant: false), []);
        Assert.AreSequenceEqual(expected.Values.data<float>(), actual.Values.data<float>());
    }

    [TestMethod]
    public void Forward_TransposedCurrentAndExpandedGradient_AreRead()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor stored = Current(isConstant: false, ScalarType.Float32).transpose(1, 2).contiguous()
            .detach().requires_grad_();
        Tensor current = stored.transpose(1, 2);
        new FusedNeuron(new ClifNeuron()).Forward(new(current, 6, IsConstant: false), []).Values.mean().backward();
        float[] actual = stored.grad!.contiguous().data<float>().ToArray();
        CallbackGradients.Release();
        stored.grad = null;
        OpByOpNeuron.Create(new ClifNeuron()).Forward(new(current, 6, IsConstant: false), []).Values.mean().backward();
        GoldenFiles.AssertClose([.. stored.grad!.contiguous().data<float>().Select(value => (double)value)],
            [.. actual.Select(value => (double)value)], Tolerance, "gradient");
    }

    private static Result Run(TorchNeuron form, SpikingNeuronDefinition neuron, bool isConstant, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor current = Current(isConstant, type).requires_grad_();
        Tensor[] learned =
            [.. neuron.LearnedScalars.Select(scalar => full([1], scalar.Initial + 0.25, type).requires_grad_())];
        NeuronSpikes spikes = form.Forward(new(current, (int)Shape[0], isConstant), learned);
        spikes.Values.backward([Noise(Shape, 2, 1, type)]);
        CallbackGradients.Release();
        return new(Values(spikes.Values), spikes.Count, Values(current.grad!),
            [.. learned.SelectMany(leaf => Values(leaf.grad!))]);
    }

    private static Tensor Current(bool isConstant, ScalarType type) =>
        Noise(isConstant ? Shape[1..] : Shape, 1, 1.5f, type).detach();

    private static Tensor Noise(long[] shape, int item, float deviation, ScalarType type)
    {
        float[] values = new float[shape.Aggregate((product, length) => product * length)];
        new RandomStream(3, (RandomPurpose)98, item: item).FillNormal(values, mean: 0.3f, deviation);
        return tensor(values, shape).to_type(type);
    }

    private static double[] Values(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();

    private sealed record Result(double[] Spikes, long? Count, double[] CurrentGradient, double[] LearnedGradient);
}
