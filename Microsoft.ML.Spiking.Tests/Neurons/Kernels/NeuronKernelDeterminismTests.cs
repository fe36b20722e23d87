using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class NeuronKernelDeterminismTests
{
    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Kernels_ThreadsWidthsAndAlignment_SameBits(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(9);
        const int timeSteps = 6, n = 20_003;
        float[] current = KernelCases.Uniform(random, timeSteps * n, -1, 2);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
        var one = new KernelRun(definition, learned, current, upstream, timeSteps);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, threads: threads), true);
        }
        AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, misalign: 3), true);
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported)
        {
            foreach (VectorWidth width in KernelCases.Widths)
            {
                // Only the sum of the learned value's gradient is regrouped by lanes.
                AssertSame(one, new KernelRun(definition, learned, current, upstream, timeSteps, width), false);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(KernelCases.Neurons), typeof(KernelCases))]
    public void Kernels_LargeEnoughToBypassCaches_SameAsInParts(object neuron, float learned)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var random = new Random(10);
        const int timeSteps = 8, n = 1 << 18, part = 1 << 12;
        float[] current = KernelCases.Uniform(random, timeSteps * n, -1, 2);
        float[] upstream = KernelCases.Uniform(random, timeSteps * n, -1, 1);
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
}
