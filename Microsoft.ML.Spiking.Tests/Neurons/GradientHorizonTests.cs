using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>Gradients that go back a limited number of steps, in both forms of the neurons.</summary>
[TestClass]
public sealed class GradientHorizonTests
{
    private const int TimeSteps = 5, Count = 70;

    public static IEnumerable<object[]> Neurons =>
        from neuron in KernelCases.Neurons
        from reset in new double?[] { null, -0.08 }
        select new object[] { (SpikingNeuronDefinition)neuron[0] with { ResetPotential = reset }, neuron[1] };

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>
    /// The gradient of each single spike, cut that many steps before it, and summed over all spikes: equations by hand.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Backward_EveryHorizon_IsTheSumOfEachSpikesCutGradient(SpikingNeuronDefinition neuron, float learned)
    {
        (float[] current, float[] upstream) = Signals();
        var reference = new ReferenceNeuron(neuron, learned, [.. current.Select(value => (double)value)], TimeSteps);
        for (int horizon = 0; horizon < TimeSteps; horizon++)
        {
            double[] expected = Cut(reference, upstream, horizon);

            AutogradRun exact = Run(OpByOpNeuron.Create(neuron, horizon), neuron, learned, ScalarType.Float64);
            AutogradRun fused = Run(new FusedNeuron(neuron, horizon), neuron, learned, ScalarType.Float32);

            KernelCases.AssertClose(expected, [.. exact.CurrentGradient.Select(value => (float)value)],
                i => !reference.IsDoubtful(i % Count, 1e-5), 1e-6, $"op by op, {neuron}, {horizon}");
            KernelCases.AssertClose(expected, [.. fused.CurrentGradient.Select(value => (float)value)],
                i => !reference.IsDoubtful(i % Count, 1e-5), 5e-5, $"fused, {neuron}, {horizon}");
        }
        AutogradRun Run(TorchNeuron form, SpikingNeuronDefinition definition, float value, ScalarType type) =>
            AutogradRun.Of(form, definition, value, current, upstream, TimeSteps, isConstant: false,
                isTransposed: false, type);
    }

    /// <summary>
    /// The learned values' gradients, and those of a constant current, against the cut autograd graph.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Backward_FusedForm_IsThatOfTheCutGraph(SpikingNeuronDefinition neuron, float learned)
    {
        (float[] current, float[] upstream) = Signals();
        foreach (int horizon in new[] { 0, 1, 3 })
        {
            foreach (bool isConstant in new[] { false, true })
            {
                float[] arriving = isConstant ? current[..Count] : current;
                AutogradRun expected = AutogradRun.Of(OpByOpNeuron.Create(neuron, horizon), neuron, learned, arriving,
                    upstream, TimeSteps, isConstant, isTransposed: false, ScalarType.Float64);
                AutogradRun actual = AutogradRun.Of(new FusedNeuron(neuron, horizon), neuron, learned, arriving,
                    upstream, TimeSteps, isConstant, isTransposed: false, ScalarType.Float32);

                Assert.AreSequenceEqual(expected.Spikes, actual.Spikes);
                GoldenFiles.AssertClose(expected.CurrentGradient, actual.CurrentGradient, 5e-5, $"current {horizon}");
                GoldenFiles.AssertClose(expected.LearnedGradient, actual.LearnedGradient, 2e-3, $"learned {horizon}");
            }
        }
    }

    [TestMethod]
    public void Backward_HorizonOfAllSteps_IsTheWholeGradient()
    {
        (float[] current, float[] upstream) = Signals();
        var neuron = new ClifNeuron();
        AutogradRun whole = AutogradRun.Of(new FusedNeuron(neuron), neuron, 0, current, upstream, TimeSteps,
            isConstant: false, isTransposed: false, ScalarType.Float32);
        foreach (int horizon in new[] { TimeSteps - 1, TimeSteps, 1_000 })
        {
            AutogradRun actual = AutogradRun.Of(new FusedNeuron(neuron, horizon), neuron, 0, current, upstream,
                TimeSteps, isConstant: false, isTransposed: false, ScalarType.Float32);
            Assert.AreSequenceEqual(whole.CurrentGradient, actual.CurrentGradient);
        }
    }

    /// <summary>A network with pooling behind its neurons: fused in single precision, op by op in double.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Network_WithPooledNeurons_HasTheGradientsOfTheCutGraph(bool activationCheckpointing)
    {
        NetworkDefinition network = new ConvNet(6, 4).Bind(
            new NetworkBinding([1, 8, 8], 3, TimeSteps, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        NetworkWeights weights = WeightInitializer.Create(network, seed: 4);
        foreach (int horizon in new[] { 0, 2 })
        {
            double[] expected = Gradients(network, weights, horizon, ScalarType.Float64, false);
            double[] actual = Gradients(network, weights, horizon, ScalarType.Float32, activationCheckpointing);
            double[] whole = Gradients(network, weights, null, ScalarType.Float64, false);

            GoldenFiles.AssertClose(expected, actual, 1e-4, $"horizon {horizon}");
            Assert.IsGreaterThan(1e-2, whole.Zip(expected, (left, right) => Math.Abs(left - right)).Max());
        }
    }

    [TestMethod]
    public void Train_ShorterHorizon_GivesOtherWeights()
    {
        float[] whole = Toy.Flat(Toy.Train(Toy.Settings with { Epochs = 1 }).Weights);
        float[] same = Toy.Flat(Toy.Train(Toy.Settings with { Epochs = 1, GradientHorizon = 3 }).Weights);
        float[] cut = Toy.Flat(Toy.Train(Toy.Settings with { Epochs = 1, GradientHorizon = 0 }).Weights);

        Assert.AreSequenceEqual(whole, same);
        Assert.AreNotSequenceEqual(whole, cut);
    }

    private static double[] Cut(ReferenceNeuron reference, float[] upstream, int horizon)
    {
        double[] sum = new double[upstream.Length];
        for (int source = 0; source < TimeSteps; source++)
        {
            double[] one = new double[upstream.Length];
            for (int i = 0; i < Count; i++)
            {
                one[(source * Count) + i] = upstream[(source * Count) + i];
            }
            double[] gradient = reference.Backward(one).Current;
            for (int at = Math.Max(0, source - horizon) * Count; at < (source + 1) * Count; at++)
            {
                sum[at] += gradient[at];
            }
        }
        return sum;
    }

    private static (float[] Current, float[] Upstream) Signals()
    {
        var random = new Random(8);
        return (KernelCases.Uniform(random, TimeSteps * Count, -1, 2),
            KernelCases.Uniform(random, TimeSteps * Count, -1, 1));
    }

    private static double[] Gradients(NetworkDefinition definition, NetworkWeights weights, int? horizon,
        ScalarType type, bool activationCheckpointing)
    {
        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU, type, activationCheckpointing, horizon);
        network.Parameters.Import(weights);
        var random = new Random(2);
        Tensor input = tensor(KernelCases.Uniform(random, 4 * 64, 0, 3), [4, 64]).to_type(type);
        Tensor logits = network.Forward(input, new ForwardPass { IsTraining = true, Seed = 1, Epoch = 1 });
        Tensor factors = tensor(KernelCases.Uniform(random, (int)logits.numel(), -1, 1), logits.shape).to_type(type);
        (logits * factors).sum().backward();
        CallbackGradients.Release();
        return
        [
            .. network.Parameters.Trained.SelectMany(parameter =>
                parameter.grad!.to(ScalarType.Float64).contiguous().data<double>().ToArray()),
        ];
    }
}
