using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// norm.cu and the neurons that normalize what they read, run on this processor, beside the kernels for processors of
/// batch normalization and neurons.
/// </summary>
[TestClass]
public sealed class CudaNormKernelTests
{
    private const double Margin = 1e-5;

    private static readonly int[] Steps = [1, 2, 3, 4, 6, 8, 9, 16, 17, 33, 64];

    private static readonly SurrogateGradient[] Surrogates =
        [new RectangleSurrogate(1.3), new SigmoidSurrogate(), new TriangleSurrogate(0.8), new AtanSurrogate()];

    private static readonly double?[] Resets = [null, 0, -0.08];

    // Rows, channels, height and width: of every width of a thread, with a rest of a block, in both orders; linear.
    private static readonly NormShape[] Shapes =
    [
        new(3, 8, 4, 6, IsChannelsLast: true), new(3, 6, 3, 5, IsChannelsLast: true),
        new(2, 7, 3, 3, IsChannelsLast: true), new(3, 5, 4, 6, IsChannelsLast: false),
        new(3, 3, 5, 6, IsChannelsLast: false), new(4, 3, 5, 3, IsChannelsLast: false),
        new(9, 12, 1, 1, IsChannelsLast: true),
    ];

    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<object[]> Neurons => KernelCases.Neurons;

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        if (OperatingSystem.IsLinux() && Tool.Find("g++") is not null)
        {
            HostCompiler.Prepare(
                from neuron in Neurons
                from test in Cases((SpikingNeuronDefinition)neuron[0])
                from isBackward in (bool[])[false, true]
                select new NormCase(test.Neuron, 0, test.TimeSteps, test.Shape).Neurons(isBackward, isHalf: false));
            HostCompiler.Prepare(
                from width in (int[])[1, 2, 4, 8]
                from isLast in (bool[])[true, false]
                from isHalf in (bool[])[true, false]
                select new NormProgram(width, isLast, isHalf));
        }
    }

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_ResetsSurrogatesStepsAndOrders_AgreeWithTheKernelsForProcessors(object neuron, float learned)
    {
        var random = new Random(41);
        long compared = 0, flipped = 0;
        double worst = 0;
        foreach ((SpikingNeuronDefinition definition, int timeSteps, NormShape shape) in
            Cases((SpikingNeuronDefinition)neuron))
        {
            var test = new NormCase(definition, learned, timeSteps, shape);
            NormValues values = NormValues.Random(random, test);
            bool[] doubtful = values.IgnoreDoubtful(test, Margin);
            NormOutcome expected = OnCpu(test, values);
            NormOutcome found = CudaNormRun.Run(test, values);
            string what = test.ToString();
            for (int i = 0; i < found.Spikes.Length; i++)
            {
                flipped += !doubtful[i % test.N] && found.Spikes[i] != expected.Spikes[i] ? 1 : 0;
            }
            Assert.AreEqual(found.Spikes.LongCount(spike => spike == 1), found.SpikeCount, what);
            compared += found.Spikes.Length;
            worst = new[]
            {
                worst, Difference(expected.Gradient, found.Gradient), Difference(expected.ByWeight, found.ByWeight),
                Difference(expected.ByBias, found.ByBias),
            }.Max();
            Assert.IsLessThan(1e-5, worst, what);
            Assert.AreEqual(0, flipped, what);
            if (learned != 0)
            {
                double scale = values.Upstream.Length; // a sum over as many
                Assert.AreEqual(expected.ByLearned, found.ByLearned, 1e-6 * scale, what);
            }
        }
        TestContext.WriteLine(FormattableString.Invariant(
            $"{compared} neuron-steps, {flipped} flipped spikes, gradients to {worst:E1}"));
        Assert.IsGreaterThan(20_000, compared);
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_BFloat16_RoundWhatLeavesThem(object neuron, float learned)
    {
        var random = new Random(42);
        foreach (NormShape shape in Shapes)
        {
            var test = new NormCase((SpikingNeuronDefinition)neuron, learned, TimeSteps: 4, shape);
            NormValues values = NormValues.Random(random, test, isRounded: true);
            NormOutcome full = CudaNormRun.Run(test, values, isWide: true);
            float[] rounded = [.. full.ByNormalized.Select(CudaRun.Round)];
            NormOutcome fromRounded = CudaNormRun.Run(test, values, isHalf: false, rounded, isWide: true);

            NormOutcome half = CudaNormRun.Run(test, values, isHalf: true);

            Assert.AreSequenceEqual(full.Spikes, half.Spikes, shape.ToString());
            Assert.AreEqual(full.SpikeCount, half.SpikeCount);
            Assert.AreSequenceEqual(full.Running, half.Running);
            Assert.AreSequenceEqual(rounded, half.ByNormalized, shape.ToString());
            Assert.AreSequenceEqual([.. fromRounded.Gradient.Select(CudaRun.Round)], half.Gradient, shape.ToString());
            Assert.AreSequenceEqual(fromRounded.ByWeight, half.ByWeight);
            Assert.AreSequenceEqual(fromRounded.ByBias, half.ByBias);
            Assert.AreEqual(full.ByLearned, half.ByLearned);
        }
    }

    /// <summary>Many sums of a channel, by several blocks, and a mean far from 0.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Kernels_ManyValuesFarFromZero_HaveTheirStatistics(bool isChannelsLast)
    {
        var test = new NormCase(new LifNeuron(), 0, TimeSteps: 2, new(40, 4, 16, 16, isChannelsLast));
        NormValues values = NormValues.Random(new Random(43), test);
        values = values with { Input = [.. values.Input.Select(x => x + 30)] };

        NormOutcome found = CudaNormRun.Run(test, values);
        NormOutcome expected = OnCpu(test, values);

        Assert.IsLessThan(1e-5, Difference(expected.ByWeight, found.ByWeight));
        Assert.IsLessThan(1e-5, Difference(expected.ByBias, found.ByBias));
        Assert.IsLessThan(1e-5, Difference(expected.Gradient, found.Gradient));
        double kept = Math.Pow(1 - test.Layer.Momentum, 2);
        float[] before = [.. values.Mean, .. values.Variance];
        for (int i = 0; i < before.Length; i++)
        {
            Assert.AreEqual((kept * before[i]) + found.Moved[i], found.Running[i], 1e-5);
        }
    }

    private static IEnumerable<(SpikingNeuronDefinition Neuron, int TimeSteps, NormShape Shape)> Cases(
        SpikingNeuronDefinition neuron)
    {
        int number = 0;
        foreach (int timeSteps in Steps)
        {
            // Every reset with every surrogate at T = 4; both in turn at the other steps.
            bool isEach = timeSteps == 4;
            foreach (double? reset in isEach ? Resets : [Resets[number % Resets.Length]])
            {
                foreach (SurrogateGradient surrogate in isEach ? Surrogates : [Surrogates[number % Surrogates.Length]])
                {
                    number++;
                    SpikingNeuronDefinition variant = neuron with
                    {
                        Surrogate = surrogate,
                        ResetPotential = reset,
                        DetachReset = number % 2 == 0,
                        Threshold = 0.9,
                    };
                    yield return (variant is LeakyNeuronDefinition leaky
                        ? leaky with { MembraneTimeConstant = 1.7, DecayInput = number % 3 == 0 }
                        : variant, timeSteps, Shapes[number % Shapes.Length]);
                }
            }
        }
    }

    private static NormOutcome OnCpu(NormCase test, NormValues values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor input = test.Tensor(values.Input).contiguous().requires_grad_();
        Tensor weight = tensor(values.Weight).requires_grad_(), bias = tensor(values.Bias).requires_grad_();
        Tensor learned = tensor([test.Learned]).requires_grad_();
        var norm = new BatchNormOperation(test.Layer, test.TimeSteps, buffers: null, new ThreadPoolTeam(1));
        Tensor normalized = norm.Run(input, weight, bias);
        Tensor spikes = new FusedNeuron(test.Neuron)
            .Forward(new(normalized, test.TimeSteps, IsConstant: false), test.IsLearned ? [learned] : []).Values;
        CallbackFaults.Backward(spikes, test.Tensor(values.Upstream).contiguous());
        return new(
            test.Flat(spikes), test.Flat(input.grad!), NormCase.Values(weight.grad!), NormCase.Values(bias.grad!))
        {
            ByLearned = test.IsLearned ? NormCase.Values(learned.grad!)[0] : 0,
        };
    }

    private static double Difference(float[] expected, float[] found)
    {
        Assert.HasCount(expected.Length, found);
        double largest = Math.Max(1, expected.Max(Math.Abs));
        return expected.Zip(found).Max(pair => float.IsNaN(pair.Second)
            ? double.PositiveInfinity
            : Math.Abs(pair.First - pair.Second) / largest);
    }
}
