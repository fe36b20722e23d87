using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Neurons.Surrogates;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class NeuronKernelTests
{
    private const double Margin = 1e-4;
    private const double Tolerance = 1e-4;

    private static readonly KernelWidth[] Widths =
        [KernelWidth.Scalar, KernelWidth.Vector128, KernelWidth.Vector256, KernelWidth.Vector512];

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

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_RandomCases_AgreeWithDoubleReference(object neuron, float learned)
    {
        var random = new Random(7);
        foreach (KernelWidth width in Widths)
        {
            foreach (SpikingNeuronDefinition definition in Variants((SpikingNeuronDefinition)neuron, random))
            {
                AssertAgrees(definition, learned, random.Next(1, 18), random.Next(0, 150), width, random);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_SeveralBlocksAndSteps_AgreeWithDoubleReference(object neuron, float learned)
    {
        var random = new Random(8);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 40, 1023, KernelWidth.Auto, random);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 2, 5001, KernelWidth.Auto, random);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 500, 130, KernelWidth.Auto, random);
    }

    [TestMethod]
    public void Kernels_GoldenCases_EqualInFloat()
    {
        int compared = 0;
        foreach (KernelGolden golden in KernelGolden.All)
        {
            double[] input = golden["input"];
            var reference = new ReferenceNeuron(golden.Definition, golden.Learned, input, golden.TimeSteps);
            if (Enumerable.Range(0, input.Length / golden.TimeSteps).Any(i => reference.IsDoubtful(i, 1e-6)))
            {
                continue;
            }
            foreach (KernelWidth width in Widths)
            {
                AssertEqual(golden, new KernelRun(golden.Definition, (float)golden.Learned, Floats(input),
                    Floats(golden["upstream_gradient"]), golden.TimeSteps, width));
            }
            compared++;
        }
        Assert.IsGreaterThan(100, compared);
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_ThreadsWidthsAndAlignment_SameBits(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(9);
        const int timeSteps = 6, n = 20_003;
        float[] current = Uniform(random, timeSteps * n, -1, 2), upstream = Uniform(random, timeSteps * n, -1, 1);
        var one = new KernelRun(definition, learned, current, upstream, timeSteps);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, threads: threads), true);
        }
        AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, misalign: 3), true);
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
        {
            foreach (KernelWidth width in Widths)
            {
                // The sum of the learned value's gradient is the one thing that lanes regroup.
                AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, width), false);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_LargeEnoughToBypassCaches_SameAsInParts(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(10);
        const int timeSteps = 8, n = 1 << 18, part = 1 << 12;
        float[] current = Uniform(random, timeSteps * n, -1, 2), upstream = Uniform(random, timeSteps * n, -1, 1);
        var whole = new KernelRun(definition, learned, current, upstream, timeSteps, threads: 2);
        foreach (int first in new[] { 0, part * 13, n - part })
        {
            float[] Cut(float[] values) =>
                [.. Enumerable.Range(0, timeSteps).SelectMany(t => values.AsSpan((t * n) + first, part).ToArray())];
            var alone = new KernelRun(definition, learned, Cut(current), Cut(upstream), timeSteps);
            Assert.AreSequenceEqual(alone.Spikes, Cut(whole.Spikes));
            Assert.AreSequenceEqual(alone.Potential, Cut(whole.Potential));
            Assert.AreSequenceEqual(alone.Gradient, Cut(whole.Gradient));
        }
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_ConstantCurrent_SameAsRepeated(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(11);
        const int timeSteps = 5, n = 1101;
        float[] current = Uniform(random, n, -1, 2), upstream = Uniform(random, timeSteps * n, -1, 1);
        float[] repeated = [.. Enumerable.Repeat(current, timeSteps).SelectMany(step => step)];
        var constant = new KernelRun(definition, learned, current, upstream, timeSteps, constantCurrent: true);
        var full = new KernelRun(definition, learned, repeated, upstream, timeSteps);
        Assert.AreSequenceEqual(full.Spikes, constant.Spikes);
        Assert.AreEqual(full.LearnedGradient, constant.LearnedGradient);
        double[] summed = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, timeSteps).Sum(t => (double)full.Gradient[(t * n) + i]))];
        AssertClose(summed, constant.Gradient, _ => true, 1e-5, definition.ToString());
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public unsafe void Kernels_InPlaceAndWithoutPotential_SameResults(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(12);
        const int timeSteps = 4, n = 2100;
        float[] current = Uniform(random, timeSteps * n, -1, 2), upstream = Uniform(random, timeSteps * n, -1, 1);
        var apart = new KernelRun(definition, learned, current, upstream, timeSteps);
        using var x = new KernelRun.NativeFloats(current);
        long fired = NeuronKernels.Forward(definition, learned, x.Pointer, false, x.Pointer, null, timeSteps, n, 2);
        Assert.AreSequenceEqual(apart.Spikes, x.ToArray());
        Assert.AreEqual(apart.SpikeCount, fired);
        using var g = new KernelRun.NativeFloats(upstream);
        using var h = new KernelRun.NativeFloats(apart.Potential);
        NeuronKernels.Backward(definition, learned, h.Pointer, g.Pointer, g.Pointer, false, timeSteps, n, 2);
        Assert.AreSequenceEqual(apart.Gradient, g.ToArray());
    }

    [TestMethod]
    public void Forward_SpikeCount_IsNumberOfOnes()
    {
        var random = new Random(13);
        float[] current = Uniform(random, 6 * 33_333, -1, 2);
        var run = new KernelRun(new ClifNeuron(), 0, current, new float[current.Length], 6, threads: 2);
        Assert.AreEqual(run.Spikes.LongCount(s => s == 1f), run.SpikeCount);
        Assert.AreEqual(run.Spikes.LongLength, run.Spikes.LongCount(s => s is 0f or 1f));
    }

    [TestMethod]
    public void Forward_OneStep_ClifFiresAsLif()
    {
        float[] current = Uniform(new Random(14), 999, -1, 2);
        Assert.AreSequenceEqual(
            new KernelRun(new LifNeuron(), 0, current, current, 1).Spikes,
            new KernelRun(new ClifNeuron(), 0, current, current, 1).Spikes);
    }

    private static void AssertEqual(KernelGolden golden, KernelRun run)
    {
        Assert.AreSequenceEqual(Floats(golden["spikes"]), run.Spikes, golden.ToString());
        AssertClose(golden["input_gradient"], run.Gradient, _ => true, 1e-5, golden.ToString());
        if (golden.LearnedGradient is double expected)
        {
            Assert.AreEqual(expected, run.LearnedGradient, 2e-5 * Math.Max(1, Math.Abs(expected)), golden.ToString());
        }
    }

    private static IEnumerable<SpikingNeuronDefinition> Variants(SpikingNeuronDefinition neuron, Random random)
    {
        SurrogateGradient[] surrogates =
            [new RectangleSurrogate(1.3), new SigmoidSurrogate(), new TriangleSurrogate(0.8), new AtanSurrogate()];
        foreach (SurrogateGradient surrogate in surrogates)
        {
            foreach (double? reset in new double?[] { null, 0, -0.08 })
            {
                foreach (bool flag in new[] { false, true })
                {
                    SpikingNeuronDefinition variant = neuron with
                    {
                        Surrogate = surrogate,
                        ResetPotential = reset,
                        DetachReset = flag,
                        Threshold = 0.7 + random.NextDouble(),
                    };
                    yield return variant is LeakyNeuronDefinition leaky
                        ? leaky with { MembraneTimeConstant = 1.05 + (3 * random.NextDouble()), DecayInput = random.Next(2) == 1 }
                        : variant;
                }
            }
        }
    }

    private static void AssertAgrees(
        SpikingNeuronDefinition neuron, float learned, int timeSteps, int n, KernelWidth width, Random random)
    {
        float[] current = Uniform(random, timeSteps * n, -1.5f, 2.5f), upstream = Uniform(random, timeSteps * n, -1, 1);
        var reference = new ReferenceNeuron(neuron, learned, [.. current.Select(x => (double)x)], timeSteps);
        bool[] doubtful = [.. Enumerable.Range(0, n).Select(i => reference.IsDoubtful(i, Margin))];
        Assert.IsLessThanOrEqualTo(0.3 * n + 5, doubtful.Count(d => d), "too few neurons are compared");
        for (int at = 0; at < upstream.Length; at++)
        {
            upstream[at] = doubtful[at % n] ? 0 : upstream[at];
        }
        string what = $"{neuron} learned {learned} T {timeSteps} n {n} {width}";
        var run = new KernelRun(neuron, learned, current, upstream, timeSteps, width);
        AssertClose(reference.Spikes, run.Spikes, at => !doubtful[at % n], 0, what);
        AssertClose(reference.H, run.Potential, at => !doubtful[at % n], 1e-5, what);
        (double[] gradient, double byLearned, double magnitude) =
            reference.Backward([.. upstream.Select(u => (double)u)]);
        AssertClose(gradient, run.Gradient, _ => true, Tolerance, what);
        if (neuron.LearnedScalars.Count > 0)
        {
            Assert.AreEqual(byLearned, run.LearnedGradient, Tolerance * 0.1 * Math.Max(1, magnitude), what);
        }
    }

    private static void AssertClose(
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

    private static void AssertSame(KernelRun expected, KernelRun actual, bool learnedToo)
    {
        Assert.AreSequenceEqual(expected.Spikes, actual.Spikes);
        Assert.AreSequenceEqual(expected.Potential, actual.Potential);
        Assert.AreSequenceEqual(expected.Gradient, actual.Gradient);
        Assert.AreEqual(expected.SpikeCount, actual.SpikeCount);
        if (learnedToo)
        {
            Assert.AreEqual(expected.LearnedGradient, actual.LearnedGradient);
        }
    }

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];

    private static float[] Uniform(Random random, int count, float from, float to) =>
        [.. Enumerable.Range(0, count).Select(_ => from + ((to - from) * random.NextSingle()))];
}
