using Microsoft.ML.Spiking.Tests.Neurons;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// neuron.cu, run on the CPU, against the kernels for processors. This shows that its equations are right; only a card
/// can show that it runs on a card.
/// </summary>
[TestClass]
public sealed class CudaKernelTests
{
    private const double Margin = 1e-5;

    private static readonly int[] Steps = [1, 2, 3, 4, 6, 8, 9, 16, 17, 33, 64];

    public TestContext TestContext { get; set; } = null!;

    /// <summary>Gets every neuron, with the reset, surrogate and other settings of <see cref="Cases"/>.</summary>
    public static IEnumerable<object[]> Neurons => KernelCases.Neurons;

    [ClassInitialize]
    public static void Compile(TestContext context)
    {
        if (OperatingSystem.IsLinux() && Tool.Find("g++") is not null)
        {
            HostCompiler.Prepare(
            [
                .. Neurons.SelectMany(neuron => Cases((SpikingNeuronDefinition)neuron[0]))
                    .SelectMany(test => Programs(test.Neuron, test.TimeSteps, n: 1024)),
                .. GoldenNeuron.All.SelectMany(Programs),
            ]);
        }
    }

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_ResetsSurrogatesAndSteps_AgreeWithTheKernelsForProcessors(object neuron, float learned)
    {
        var random = new Random(21);
        long compared = 0, flipped = 0;
        double worst = 0;
        foreach ((SpikingNeuronDefinition definition, int timeSteps) in Cases((SpikingNeuronDefinition)neuron))
        {
            NeuronProgram[] programs = Programs(definition, timeSteps, n: 1024);
            int n = 301 * programs[0].Width; // more than a block and not a multiple of one
            float[] current = KernelCases.Uniform(random, timeSteps * n, -1.5f, 2.5f);
            float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
            Comparison result = Compare(programs, definition, learned, current, upstream);
            compared += (long)timeSteps * n;
            flipped += result.Flipped;
            worst = Math.Max(worst, result.Gradient);
        }
        TestContext.WriteLine(FormattableString.Invariant(
            $"{compared} neuron-steps, {flipped} flipped spikes, gradients to {worst:E1}"));
        Assert.AreEqual(0, flipped);
        Assert.IsGreaterThan(100_000, compared);
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_BFloat16_RoundWhatLeavesThem(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(22);
        const int timeSteps = 4;
        HostCompiler.Prepare(
            from other in Neurons
            from width in (int[])[1, 2, 4, 8]
            from types in ((bool, bool)[])[(false, false), (true, true), (true, false), (false, true)]
            from isBackward in (bool[])[false, true]
            select NeuronProgram.Of((SpikingNeuronDefinition)other[0], timeSteps, width) with
            {
                IsBackward = isBackward,
                HasHalfCurrent = types.Item1,
                HasHalfSpikes = types.Item2,
            });
        foreach ((int n, int width) in ((int, int)[])[(1, 1), (2, 2), (1026, 2), (1028, 4), (1032, 8)])
        {
            NeuronProgram program = NeuronProgram.Of(definition, timeSteps, width);
            float[] current = [.. KernelCases.Uniform(random, timeSteps * n, -1.5f, 2.5f).Select(CudaRun.Round)];
            float[] upstream = [.. KernelCases.Uniform(random, timeSteps * n, -1, 1).Select(CudaRun.Round)];
            var full = new CudaRun(program, definition, learned, current, upstream);
            foreach ((bool isHalfIn, bool isHalfOut) in ((bool, bool)[])[(true, true), (true, false), (false, true)])
            {
                var run = new CudaRun(program with { HasHalfCurrent = isHalfIn, HasHalfSpikes = isHalfOut },
                    definition, learned, current, upstream);
                Assert.AreSequenceEqual(full.Spikes, run.Spikes);
                Assert.AreEqual(full.SpikeCount, run.SpikeCount);
                Assert.AreEqual(full.LearnedGradient, run.LearnedGradient);
                Assert.AreSequenceEqual(
                    isHalfIn ? [.. full.Gradient.Select(CudaRun.Round)] : full.Gradient, run.Gradient);
            }
        }
    }

    /// <summary>Constants that only a card's speed depends on.</summary>
    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_WidthsOrdersOfReadsAndWhatIsKept_SameSpikesAndGradients(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        const int timeSteps = 6, n = 2056;
        var random = new Random(25);
        float[] current = KernelCases.Uniform(random, timeSteps * n, -100, 100); // far from the threshold, too
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        (NeuronProgram Forward, NeuronProgram Backward)[] variants =
        [
            .. from width in (int[])[1, 2, 4, 8]
               from early in (int[])[0, 1, 2]
               from kept in (string[])["registers", "again", "shared"]
               let forward = NeuronProgram.Of(definition, timeSteps, width) with
               {
                   Early = early,
                   MinimumBlocks = early + 1,
               }
               let backward = forward with
               {
                   IsBackward = true,
                   IsRecomputed = kept == "again",
                   IsShared = kept == "shared",
               }
               where kept != "shared" || backward.CanShare
               select (forward, backward),
        ];
        HostCompiler.Prepare(variants.SelectMany(pair => (NeuronProgram[])[pair.Forward, pair.Backward]));
        CudaRun? first = null;
        foreach ((NeuronProgram forward, NeuronProgram backward) in variants)
        {
            var run = new CudaRun(forward, backward, definition, learned, current, upstream);
            first ??= run;
            string what = backward.ToString();
            Assert.AreSequenceEqual(first.Spikes, run.Spikes, what);
            Assert.AreEqual(first.SpikeCount, run.SpikeCount, what);
            double largest = Math.Max(1, first.Gradient.Max(Math.Abs));
            double worst = first.Gradient.Zip(run.Gradient)
                .Max(pair => Math.Abs((double)pair.First - pair.Second) / Math.Max(1, Math.Abs(pair.First)));
            Assert.IsLessThanOrEqualTo(backward.Recomputes && definition is ClifNeuron ? 1e-5 : 0, worst, what);
            Assert.AreEqual(first.LearnedGradient, run.LearnedGradient, 1e-5 * largest * upstream.Length, what);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_ConstantCurrent_SameAsRepeated(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        const int timeSteps = 6, n = 1028;
        var random = new Random(23);
        float[] current = KernelCases.Uniform(random, n, -1, 2);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        NeuronProgram program = NeuronProgram.Of(definition, timeSteps, 4);
        var constant = new CudaRun(program with { IsConstant = true }, definition, learned, current, upstream);
        var full = new CudaRun(program, definition, learned,
            [.. Enumerable.Repeat(current, timeSteps).SelectMany(step => step)], upstream);
        Assert.AreSequenceEqual(full.Spikes, constant.Spikes);
        Assert.AreEqual(full.SpikeCount, constant.SpikeCount);
        Assert.AreEqual(full.LearnedGradient, constant.LearnedGradient);
        float OverSteps(int i)
        {
            float sum = 0;
            for (int t = timeSteps - 1; t >= 0; t--)
            {
                sum += full.Gradient[(t * n) + i];
            }
            return sum;
        }
        Assert.AreSequenceEqual([.. Enumerable.Range(0, n).Select(OverSteps)], constant.Gradient);
    }

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void Kernels_AnyNumberOfNeurons_AgreeWithTheKernelsForProcessors(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(24);
        foreach (int n in (int[])[1, 3, 255, 257, 258, 260, 70_000])
        {
            float[] current = KernelCases.Uniform(random, 2 * n, -1.5f, 2.5f);
            float[] upstream = KernelCases.Uniform(random, 2 * n, -1, 1);
            Assert.AreEqual(
                0, Compare(Programs(definition, 2, n), definition, learned, current, upstream).Flipped);
        }
    }

    [TestMethod]
    public void Kernels_GoldenCases_EqualInFloat()
    {
        int compared = 0;
        foreach (GoldenNeuron golden in GoldenNeuron.All)
        {
            double[] input = golden["input"];
            int n = input.Length / golden.TimeSteps;
            var reference = new ReferenceNeuron(golden.Definition, golden.Learned, input, golden.TimeSteps);
            if (Enumerable.Range(0, n).Any(i => reference.IsDoubtful(i, 1e-6)))
            {
                continue;
            }
            NeuronProgram[] programs = Programs(golden);
            var run = new CudaRun(programs[0], programs[1], golden.Definition, (float)golden.Learned, Floats(input),
                Floats(golden["upstream_gradient"]));
            Assert.AreSequenceEqual(Floats(golden["spikes"]), run.Spikes, golden.ToString());
            KernelCases.AssertClose(golden["input_gradient"], run.Gradient, _ => true, 1e-5, golden.ToString());
            if (golden.LearnedGradient is double expected)
            {
                double allowed = 2e-5 * Math.Max(1, Math.Abs(expected));
                Assert.AreEqual(expected, run.LearnedGradient, allowed, golden.ToString());
            }
            compared++;
        }
        TestContext.WriteLine($"{compared} cases");
        Assert.IsGreaterThan(100, compared);
    }

    [TestMethod]
    [DataRow(4, 1024, 8, 4, 4, 8)]
    [DataRow(8, 1024, 8, 4, 4, 8)]
    [DataRow(9, 1024, 8, 2, 4, 8)]
    [DataRow(25, 1024, 8, 1, 4, 8)]
    [DataRow(4, 1020, 8, 4, 4, 4)]
    [DataRow(4, 1022, 8, 2, 2, 2)]
    [DataRow(4, 1023, 8, 1, 1, 1)]
    [DataRow(4, 1024, 4, 4, 4, 4)]
    [DataRow(4, 1024, 2, 2, 2, 2)] // an address between two multiples of four values
    [DataRow(4, 1024, 1, 1, 1, 1)]
    public void WidthFor_StepsNeuronsAndAlignment_IsWhatAllAllow(
        int timeSteps, int n, int alignment, int backward, int forward, int forwardInHalf)
    {
        int Width(bool isBackward, bool isHalf) =>
            NeuronProgram.WidthFor(new LifNeuron(), timeSteps, isBackward, isHalf, n, alignment);
        Assert.AreEqual(backward, Width(isBackward: true, isHalf: false));
        Assert.AreEqual(backward, Width(isBackward: true, isHalf: true));
        Assert.AreEqual(forward, Width(isBackward: false, isHalf: false));
        Assert.AreEqual(forwardInHalf, Width(isBackward: false, isHalf: true));
    }

    [TestMethod]
    [DataRow(2, 4, 4, 8)]
    [DataRow(4, 2, 4, 8)]
    [DataRow(6, 2, 2, 8)]
    [DataRow(12, 2, 2, 4)]
    [DataRow(13, 1, 1, 4)]
    public void WidthFor_Clif_LeavesRegistersForItsSecondState(
        int timeSteps, int backward, int backwardInHalf, int forwardInHalf)
    {
        int Width(bool isBackward, bool isHalf) =>
            NeuronProgram.WidthFor(new ClifNeuron(), timeSteps, isBackward, isHalf, 1024, 8);
        Assert.AreEqual(backward, Width(isBackward: true, isHalf: false));
        Assert.AreEqual(backwardInHalf, Width(isBackward: true, isHalf: true));
        Assert.AreEqual(forwardInHalf, Width(isBackward: false, isHalf: true));
    }

    /// <summary>The constants that <c>gpu-check tune</c> found the fastest, and where steps are kept.</summary>
    [TestMethod]
    [DataRow(4, 2, false, ProgramNormalization.None, 2, "registers")]
    [DataRow(6, 2, false, ProgramNormalization.ChannelsLast, 2, "shared")]
    [DataRow(6, 2, true, ProgramNormalization.ChannelsLast, 2, "registers")]
    [DataRow(12, 2, true, ProgramNormalization.None, 2, "shared")]
    [DataRow(16, 1, false, ProgramNormalization.None, 0, "shared")]
    [DataRow(16, 1, true, ProgramNormalization.None, 0, "shared")]
    [DataRow(16, 2, true, ProgramNormalization.None, 0, "again")]
    public void Constants_OfClifsBackwardPass_AreThoseOfTheCard(
        int timeSteps, int width, bool isHalf, object normalization, int early, string kept)
    {
        NeuronProgram program = NeuronProgram.Of(new ClifNeuron(), timeSteps, width) with
        {
            IsBackward = true,
            HasHalfCurrent = isHalf,
            HasHalfSpikes = isHalf,
            Normalization = (ProgramNormalization)normalization,
        };
        Assert.AreEqual(early, program.EarlyReads);
        Assert.AreEqual(kept == "again", program.Recomputes);
        Assert.AreEqual(kept == "shared", program.Shares);
        Assert.Contains("-DMINIMUM_BLOCKS=4", program.Definitions);
        Assert.DoesNotContain("-DMINIMUM_BLOCKS=4", (program with { IsBackward = false }).Definitions);
        Assert.DoesNotContain("-DMINIMUM_BLOCKS=4", (program with { MinimumBlocks = 0 }).Definitions);
    }

    // Programs: of both directions.
    private static Comparison Compare(
        NeuronProgram[] programs, SpikingNeuronDefinition neuron, float learned, float[] current, float[] upstream)
    {
        NeuronProgram program = programs[0];
        int timeSteps = program.TimeSteps, n = upstream.Length / timeSteps;
        string what = $"{neuron} learned {learned} {program} n {n}";
        var reference = new ReferenceNeuron(neuron, learned, [.. current.Select(x => (double)x)], timeSteps);
        bool[] doubtful = [.. Enumerable.Range(0, n).Select(i => reference.IsDoubtful(i, Margin))];
        for (int at = 0; at < upstream.Length; at++)
        {
            upstream[at] = doubtful[at % n] ? 0 : upstream[at];
        }
        var expected = new KernelRun(neuron, learned, current, upstream, timeSteps);
        var run = new CudaRun(program, programs[1], neuron, learned, current, upstream);
        int flipped = 0;
        double worst = 0;
        for (int at = 0; at < upstream.Length; at++)
        {
            Assert.IsTrue(run.Spikes[at] is 0f or 1f, what);
            flipped += !doubtful[at % n] && run.Spikes[at] != expected.Spikes[at] ? 1 : 0;
            double scale = Math.Max(1, Math.Abs(expected.Gradient[at]));
            worst = Math.Max(worst, Math.Abs(run.Gradient[at] - expected.Gradient[at]) / scale);
            Assert.IsFalse(float.IsNaN(run.Gradient[at]), what);
        }
        Assert.IsLessThan(2e-5, worst, what);
        Assert.AreEqual(run.Spikes.LongCount(spike => spike == 1), run.SpikeCount, what);
        if (program.IsLearned)
        {
            (_, double byLearned, double magnitude) = reference.Backward([.. upstream.Select(u => (double)u)]);
            Assert.AreEqual(byLearned, run.LearnedGradient, 2e-5 * Math.Max(1, magnitude), what);
        }
        return new(flipped, worst);
    }

    // Every reset with every surrogate at T = 4, and the surrogates in turn at the other steps.
    private static IEnumerable<(SpikingNeuronDefinition Neuron, int TimeSteps)> Cases(SpikingNeuronDefinition neuron)
    {
        SurrogateGradient[] surrogates =
            [new RectangleSurrogate(1.3), new SigmoidSurrogate(), new TriangleSurrogate(0.8), new AtanSurrogate()];
        for (int i = 0; i < Steps.Length; i++)
        {
            foreach (double? reset in (double?[])[null, 0, -0.08])
            {
                foreach (SurrogateGradient surrogate in Steps[i] == 4 ? surrogates : [surrogates[i % 4]])
                {
                    bool flag = (i + surrogates.IndexOf(surrogate)) % 2 == 0;
                    SpikingNeuronDefinition variant = neuron with
                    {
                        Surrogate = surrogate,
                        ResetPotential = reset,
                        DetachReset = flag,
                        Threshold = 0.9,
                    };
                    yield return (variant is LeakyNeuronDefinition leaky
                        ? leaky with { MembraneTimeConstant = 1.7, DecayInput = reset is null ? flag : !flag }
                        : variant, Steps[i]);
                }
            }
        }
    }

    // Of the forward and of the backward pass.
    private static NeuronProgram[] Programs(SpikingNeuronDefinition neuron, int timeSteps, int n)
    {
        NeuronProgram Program(bool isBackward) => NeuronProgram.Of(neuron, timeSteps,
            NeuronProgram.WidthFor(neuron, timeSteps, isBackward, isHalf: false, n, alignment: 8)) with
        {
            IsBackward = isBackward,
        };
        return [Program(isBackward: false), Program(isBackward: true)];
    }

    private static NeuronProgram[] Programs(GoldenNeuron golden) =>
        Programs(golden.Definition, golden.TimeSteps, golden["input"].Length / golden.TimeSteps);

    private static float[] Floats(double[] values) => [.. values.Select(value => (float)value)];

    private readonly record struct Comparison(int Flipped, double Gradient);
}
