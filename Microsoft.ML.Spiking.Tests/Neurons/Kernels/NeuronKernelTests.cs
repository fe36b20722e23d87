using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;


namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class NeuronKernelTests
{
    private const double Margin = 1e-4;
    private const double Tolerance = 1e-4;

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Kernels_RandomCases_AgreeWithDoubleReference(object neuron, float learned)
    {
        var random = new Random(7);
        foreach (VectorWidth width in KernelCases.Widths)
        {
            foreach (SpikingNeuronDefinition definition in Variants((SpikingNeuronDefinition)neuron, random))
            {
                AssertAgrees(definition, learned, random.Next(1, 18), random.Next(0, 150), width, random);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Kernels_SeveralBlocksAndSteps_AgreeWithDoubleReference(object neuron, float learned)
    {
        var random = new Random(8);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 40, 1023, VectorWidth.Auto, random);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 2, 5001, VectorWidth.Auto, random);
        AssertAgrees((SpikingNeuronDefinition)neuron, learned, 500, 130, VectorWidth.Auto, random);
    }

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Kernels_ConstantCurrent_SameAsRepeated(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(11);
        const int timeSteps = 5, n = 1101;
        float[] current = KernelCases.Uniform(random, n, -1, 2);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        float[] repeated = [.. Enumerable.Repeat(current, timeSteps).SelectMany(step => step)];
        var constant = new KernelRun(definition, learned, current, upstream, timeSteps, constantCurrent: true);
        var full = new KernelRun(definition, learned, repeated, upstream, timeSteps);
        Assert.AreSequenceEqual(full.Spikes, constant.Spikes);
        Assert.AreEqual(full.LearnedGradient, constant.LearnedGradient);
        double OverSteps(int i) => Enumerable.Range(0, timeSteps).Sum(t => (double)full.Gradient[(t * n) + i]);
        double[] summed = [.. Enumerable.Range(0, n).Select(OverSteps)];
        KernelCases.AssertClose(summed, constant.Gradient, _ => true, 1e-5, definition.ToString());
    }

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public unsafe void Kernels_InPlaceAndWithoutPotential_SameResults(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(12);
        const int timeSteps = 4, n = 2100;
        float[] current = KernelCases.Uniform(random, timeSteps * n, -1, 2);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        var apart = new KernelRun(definition, learned, current, upstream, timeSteps);
        using var x = new KernelRun.NativeFloats(current);
        NeuronKernel kernel = NeuronKernel.Create(definition, learned);
        var team = new ThreadPoolTeam(2);
        long fired = kernel.Forward(x.Pointer, false, x.Pointer, null, timeSteps, n, team);
        Assert.AreSequenceEqual(apart.Spikes, x.ToArray());
        Assert.AreEqual(apart.SpikeCount, fired);
        using var g = new KernelRun.NativeFloats(upstream);
        using var h = new KernelRun.NativeFloats(apart.Potential);
        kernel.Backward(h.Pointer, g.Pointer, g.Pointer, false, timeSteps, n, team);
        Assert.AreSequenceEqual(apart.Gradient, g.ToArray());
    }

    [TestMethod]
    public void Forward_SpikeCount_IsNumberOfOnes()
    {
        var random = new Random(13);
        float[] current = KernelCases.Uniform(random, 6 * 33_333, -1, 2);
        var run = new KernelRun(new ClifNeuron(), 0, current, new float[current.Length], 6, threads: 2);
        Assert.AreEqual(run.Spikes.LongCount(s => s == 1f), run.SpikeCount);
        Assert.AreEqual(run.Spikes.LongLength, run.Spikes.LongCount(s => s is 0f or 1f));
    }

    [TestMethod]
    public void Forward_OneStep_ClifFiresAsLif()
    {
        float[] current = KernelCases.Uniform(new Random(14), 999, -1, 2);
        Assert.AreSequenceEqual(
            new KernelRun(new LifNeuron(), 0, current, current, 1).Spikes,
            new KernelRun(new ClifNeuron(), 0, current, current, 1).Spikes);
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
                        ? leaky with
                        {
                            MembraneTimeConstant = 1.05 + (3 * random.NextDouble()),
                            DecayInput = random.Next(2) == 1,
                        }
                        : variant;
                }
            }
        }
    }

    private static void AssertAgrees(
        SpikingNeuronDefinition neuron, float learned, int timeSteps, int n, VectorWidth width, Random random)
    {
        float[] current = KernelCases.Uniform(random, timeSteps * n, -1.5f, 2.5f);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        var reference = new ReferenceNeuron(neuron, learned, [.. current.Select(x => (double)x)], timeSteps);
        bool[] doubtful = [.. Enumerable.Range(0, n).Select(i => reference.IsDoubtful(i, Margin))];
        Assert.IsLessThanOrEqualTo(0.3 * n + 5, doubtful.Count(d => d), "too few neurons are compared");
        for (int at = 0; at < upstream.Length; at++)
        {
            upstream[at] = doubtful[at % n] ? 0 : upstream[at];
        }
        string what = $"{neuron} learned {learned} T {timeSteps} n {n} {width}";
        var run = new KernelRun(neuron, learned, current, upstream, timeSteps, width);
        KernelCases.AssertClose(reference.Spikes, run.Spikes, at => !doubtful[at % n], 0, what);
        KernelCases.AssertClose(reference.H, run.Potential, at => !doubtful[at % n], 1e-5, what);
        (double[] gradient, double byLearned, double magnitude) =
            reference.Backward([.. upstream.Select(u => (double)u)]);
        KernelCases.AssertClose(gradient, run.Gradient, _ => true, Tolerance, what);
        if (neuron.LearnedScalars.Count > 0)
        {
            Assert.AreEqual(byLearned, run.LearnedGradient, Tolerance * 0.1 * Math.Max(1, magnitude), what);
        }
    }
}
