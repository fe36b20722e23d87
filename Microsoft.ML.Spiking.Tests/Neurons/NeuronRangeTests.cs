using Microsoft.ML.Spiking.Tests.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>Values that are in range in double but not in float32, which neurons are computed in.</summary>
[TestClass]
public sealed class NeuronRangeTests
{
    private const double Tiny = 1e-50;
    private const double Huge = 1e39;

    public static IEnumerable<object[]> OutOfRange =>
    [
        ["Threshold", new ClifNeuron { Threshold = Huge }],
        ["Threshold", new IfNeuron { Threshold = Tiny }],
        ["ResetPotential", new LifNeuron { ResetPotential = 0.999999999 }],
        ["ResetPotential", new KlifNeuron { ResetPotential = -Huge }],
        ["MembraneTimeConstant", new PlifNeuron { MembraneTimeConstant = Huge }],
        ["Alpha", new ClifNeuron { Surrogate = new AtanSurrogate(1e20) }],
        ["Alpha", new ClifNeuron { Surrogate = new RectangleSurrogate(Tiny) }],
        ["Alpha", new ClifNeuron { Surrogate = new SigmoidSurrogate(Huge) }],
        ["Alpha", new ClifNeuron { Surrogate = new TriangleSurrogate(1e20) }],
        ["Alpha", new ClifNeuron { Surrogate = new TriangleSurrogate(double.NaN) }],
    ];

    public static IEnumerable<object[]> AtTheLimits =>
        from surrogate in new Func<double, SurrogateGradient>[]
        {
            alpha => new AtanSurrogate(alpha),
            alpha => new RectangleSurrogate(alpha),
            alpha => new SigmoidSurrogate(alpha),
            alpha => new TriangleSurrogate(alpha),
        }
        from alpha in new[] { 1e-18, 1e18 }
        from neuron in new SpikingNeuronDefinition[]
        {
            new ClifNeuron(),
            new ClifNeuron { ResetPotential = 0.9999999, MembraneTimeConstant = 1e38 },
            new LifNeuron { Threshold = 1e-30, DecayInput = true, MembraneTimeConstant = 1 + 1e-12 },
        }
        select new object[] { neuron with { Surrogate = surrogate(alpha) } };

    [TestMethod]
    [DynamicData(nameof(OutOfRange))]
    public void Faults_ValueThatFloat32CannotHold_NamesTheOption(string option, object neuron)
    {
        string fault = Assert.ContainsSingle(((SpikingNeuronDefinition)neuron).Faults());
        Assert.Contains($".{option} is ", fault);
        Assert.Contains("; it must be ", fault);
    }

    [TestMethod]
    [DynamicData(nameof(AtTheLimits))]
    public void Kernel_ValuesAtTheLimits_GivesFiniteGradients(object neuron)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        Assert.IsEmpty(definition.Faults());
        const int timeSteps = 4;
        float[] current = KernelCases.Uniform(new Random(3), timeSteps * 64, -1, 2);
        current[0] = (float)definition.Threshold; // u = 0, where infinite constants would give NaN
        float[] upstream = KernelCases.Uniform(new Random(4), timeSteps * 64, -1, 1);
        var run = new KernelRun(definition, learned: 0, current, upstream, timeSteps);
        Assert.IsTrue(run.Potential.All(float.IsFinite), "potential");
        Assert.DoesNotContain(float.NaN, run.Gradient);
    }
}
