using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Scoring.Executors;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

/// <summary>
/// The premise of the scoring shortcut, neuron by neuron: before its first spike a neuron integrates, monotonically in
/// its current.
/// </summary>
[TestClass]
public sealed unsafe class FiringCheckTests
{
    private static readonly double?[] Resets = [null, 0, -0.3, 0.6];

    public static IEnumerable<object[]> Declared =>
        KernelCases.Neurons.Where(row => ((SpikingNeuronDefinition)row[0]).IntegratesUntilFirstSpike((float)row[1]));

    [TestMethod]
    public void IntegratesUntilFirstSpike_NeuronsOfTheLibrary_AreDeclared()
    {
        Assert.HasCount(KernelCases.Neurons.Count(), Declared);
        foreach (float k in new[] { 0f, -0.5f })
        {
            Assert.IsFalse(new KlifNeuron().IntegratesUntilFirstSpike(k));
            Assert.IsFalse(NeuronKernel.Create(new KlifNeuron(), k).IntegratesUntilFirstSpike);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Declared))]
    public void MarkMayFire_RandomCurrents_MarksExactlyTheNeuronsThatFire(object neuron, float learned)
    {
        const int timeSteps = 7, n = 1003;
        var random = new Random(21);
        foreach (SpikingNeuronDefinition variant in Variants((SpikingNeuronDefinition)neuron))
        {
            foreach (VectorWidth width in KernelCases.Widths)
            {
                float[] current = KernelCases.Uniform(random, timeSteps * n, -6f, 6f);
                float[] mayFire = Mark(NeuronKernel.Create(variant, learned, width), current, timeSteps, n);
                bool[] fires = Fires(variant, learned, current, timeSteps, n, constant: false);
                Assert.AreSequenceEqual(fires, mayFire.Select(mark => mark != 0), $"{variant} {width}");
                Assert.Contains(true, fires);
                Assert.Contains(false, fires);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Declared))]
    public void Current_RaisedAtAnyStep_StillFires(object neuron, float learned)
    {
        const int timeSteps = 6, n = 2000;
        var random = new Random(22);
        foreach (SpikingNeuronDefinition variant in Variants((SpikingNeuronDefinition)neuron))
        {
            float[] lower = KernelCases.Uniform(random, timeSteps * n, -0.8f, 1f);
            float[] higher = [.. lower.Select(x => Raise(x, random))];
            bool[] firesLower = Fires(variant, learned, lower, timeSteps, n, constant: false);
            bool[] firesHigher = Fires(variant, learned, higher, timeSteps, n, constant: false);
            Assert.DoesNotContain((true, false), firesLower.Zip(firesHigher), variant.ToString());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Declared))]
    public void FiringBound_CurrentsAroundIt_TellWhichNeuronsFire(object neuron, float learned)
    {
        const int timeSteps = 5, n = 400;
        foreach (SpikingNeuronDefinition variant in Variants((SpikingNeuronDefinition)neuron))
        {
            float bound = FiringBound.Of(NeuronKernel.Create(variant, learned), timeSteps);
            Assert.IsTrue(float.IsFinite(bound), variant.ToString());
            float[] current = new float[n];
            current[n / 2] = bound;
            for (int i = n / 2; i > 0; i--)
            {
                current[i - 1] = MathF.BitDecrement(current[i]);
            }
            for (int i = n / 2; i < n - 1; i++)
            {
                current[i + 1] = MathF.BitIncrement(current[i]);
            }
            bool[] fires = Fires(variant, learned, current, timeSteps, n, constant: true);
            Assert.AreSequenceEqual(Enumerable.Range(0, n).Select(i => i > n / 2), fires, variant.ToString());
        }
    }

    [TestMethod]
    [DataRow(0f)]
    [DataRow(-1.5f)]
    public void Shortcut_OfANeuronThatDoesNotDeclareIt_IsRefusedAndHasNoBound(float k)
    {
        NeuronKernel kernel = NeuronKernel.Create(new KlifNeuron(), k);
        Assert.AreEqual(float.NegativeInfinity, FiringBound.Of(kernel, 4));
        Assert.ThrowsExactly<InvalidOperationException>(() => Mark(kernel, new float[16], 1, 16));
    }

    private static IEnumerable<SpikingNeuronDefinition> Variants(SpikingNeuronDefinition neuron) =>
        from reset in Resets
        from decays in new[] { false, true }
        let variant = neuron with { ResetPotential = reset, Threshold = 0.9 }
        select variant is LeakyNeuronDefinition leaky
            ? leaky with { DecayInput = decays, MembraneTimeConstant = decays ? 1.4 : 3 }
            : variant;

    private static float Raise(float current, Random random) =>
        random.Next(2) == 0 ? current : MathF.BitIncrement(current) + (random.Next(2) * 0.1f);

    private static float[] Mark(NeuronKernel kernel, float[] current, int timeSteps, int n)
    {
        float[] mayFire = new float[n];
        fixed (float* x = current, marks = mayFire)
        {
            kernel.MarkMayFire(x, n, timeSteps, n, marks);
        }
        return mayFire;
    }

    private static bool[] Fires(
        SpikingNeuronDefinition neuron, float learned, float[] current, int timeSteps, int n, bool constant)
    {
        float[] spikes = new float[timeSteps * n];
        fixed (float* x = current, s = spikes)
        {
            NeuronKernel.Create(neuron, learned).Forward(x, constant, s, null, timeSteps, n, WorkerTeam.Caller);
        }
        IEnumerable<int> steps = Enumerable.Range(0, timeSteps);
        return [.. Enumerable.Range(0, n).Select(i => steps.Any(t => spikes[(t * n) + i] != 0))];
    }
}
