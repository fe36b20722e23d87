using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Tests.Neurons;

[TestClass]
public sealed class NeuronDefinitionTests
{
    private const string AboveOne = "it must be greater than 1 (in time steps) and finite in float32.";

    public static IEnumerable<(NeuronDefinition Neuron, string Fault)> Faults =>
    [
        (new IfNeuron { Threshold = 0 },
            "IfNeuron.Threshold is 0; it must be a finite number greater than 0, in float32 too."),
        (new LifNeuron { ResetPotential = 1 }, "LifNeuron.ResetPotential is 1; it must be a finite number below the " +
            "threshold (1), in float32 too, or null for the soft reset."),
        (new LifNeuron { ResetPotential = double.NegativeInfinity }, "LifNeuron.ResetPotential is -Infinity; it must " +
            "be a finite number below the threshold (1), in float32 too, or null for the soft reset."),
        (new PlifNeuron { MembraneTimeConstant = 1 }, $"PlifNeuron.MembraneTimeConstant is 1; {AboveOne}"),
        (new ClifNeuron { MembraneTimeConstant = double.NaN }, $"ClifNeuron.MembraneTimeConstant is NaN; {AboveOne}"),
        (new ClifNeuron { Surrogate = null! },
            "ClifNeuron.Surrogate is null; choose one of the surrogate gradients."),
        (new ClifNeuron { Surrogate = new SigmoidSurrogate(0.9e-18) },
            "SigmoidSurrogate.Alpha is 9E-19; it must be a number from 1E-18 to 1E+18."),
        (new ClifNeuron { Surrogate = new AtanSurrogate(1.1e18) },
            "AtanSurrogate.Alpha is 1.1E+18; it must be a number from 1E-18 to 1E+18."),
        (new LifNeuron { InitialPotential = 1 }, "LifNeuron.InitialPotential is 1; it must be a finite number below " +
            "the threshold (1), in float32 too."),
        (new IfNeuron { InitialPotential = 0.5, ResetPotential = 0 },
            "IfNeuron.InitialPotential is 0.5 and ResetPotential is 0; leave the first at 0, because neurons with " +
            "the hard reset begin at the second, or the second null for the soft reset."),
        (new FirstSpikeNeuron { Window = 0 }, "Window is 0; it must be finite and greater than 0."),
        (new FirstSpikeNeuron { ClockBits = 0 },
            "ClockBits is 0; it must be from 1 to 16, or null for spikes at any time."),
        (new FirstSpikeNeuron { ClockBits = 17 },
            "ClockBits is 17; it must be from 1 to 16, or null for spikes at any time."),
        (new BurstNeuron { Threshold = 0 },
            "BurstNeuron.Threshold is 0; it must be a finite number greater than 0, in float32 too."),
        (new BurstNeuron { MaximumSpikes = 0 }, "BurstNeuron.MaximumSpikes is 0; it must be from 1 to 1024."),
        (new BurstNeuron { MaximumSpikes = 1_025 }, "BurstNeuron.MaximumSpikes is 1025; it must be from 1 to 1024."),
        (RateNeuron.Of(new IfNeuron(), learnThreshold: true) with { Gain = 0 },
            "Gain is 0; it must be finite and greater than 0."),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Faults_OneValueOutOfRange_IsOneSentence(NeuronDefinition neuron, string fault) =>
        Assert.AreEqual(fault, Assert.ContainsSingle(neuron.Faults()));

    [TestMethod]
    public void Faults_SeveralValuesOutOfRange_AreAllNamed()
    {
        var neuron = new LifNeuron { Threshold = -1, ResetPotential = 3, MembraneTimeConstant = 0.5 };

        Assert.AreSequenceEqual(["Threshold", "ResetPotential", "MembraneTimeConstant"],
            neuron.Faults().Select(fault => fault.Split('.', ' ')[1]).ToArray());
    }

    [TestMethod]
    public void Faults_ValuesInRange_AreNone()
    {
        foreach (NeuronDefinition neuron in new NeuronDefinition[]
        {
            new ClifNeuron(), new LifNeuron { ResetPotential = 0.99 }, new PlifNeuron { MembraneTimeConstant = 1.01 },
            new KlifNeuron(), new IfNeuron { Threshold = 1e-30 }, new ReluNeuron(),
            new FirstSpikeNeuron { ClockBits = 1 }, new FirstSpikeNeuron { ClockBits = 16, Window = 1e-30 },
            new BurstNeuron { MaximumSpikes = 1 }, new BurstNeuron { MaximumSpikes = 1_024 },
            new IfNeuron { InitialPotential = 0.99 }, new LifNeuron { ResetPotential = -3 },
        })
        {
            Assert.IsEmpty(neuron.Faults());
        }
    }

    [TestMethod]
    public void Defaults_OfNeurons_AreThoseThatAreDocumented()
    {
        var lif = new LifNeuron();

        Assert.AreEqual((2.0, 1.0, null, false, false), (lif.MembraneTimeConstant, lif.Threshold, lif.ResetPotential,
            lif.DecayInput, lif.DetachReset));
        Assert.AreEqual(new AtanSurrogate(2), lif.Surrogate);
        Assert.IsTrue(lif.IsSoftReset);
        Assert.IsFalse(new LifNeuron { ResetPotential = 0 }.IsSoftReset);
        Assert.AreEqual((1.0, 4.0, 1.0, 2.0), (new RectangleSurrogate().Alpha, new SigmoidSurrogate().Alpha,
            new TriangleSurrogate().Alpha, new AtanSurrogate().Alpha));
    }

    [TestMethod]
    public void LearnedScalars_OfNeurons_StartWhereTheyAreDocumented()
    {
        Assert.IsEmpty(new ClifNeuron().LearnedScalars);
        Assert.AreEqual(new LearnedScalar("k", 1), Assert.ContainsSingle(new KlifNeuron().LearnedScalars));
        LearnedScalar leak = Assert.ContainsSingle(new PlifNeuron { MembraneTimeConstant = 4 }.LearnedScalars);
        Assert.AreEqual("w", leak.Name);
        Assert.AreEqual(-Math.Log(3), leak.Initial, 1e-12);
    }

    [TestMethod]
    public void IntegratesUntilFirstSpike_OfNeurons_AsTheyDeclare()
    {
        Assert.IsTrue(new PlifNeuron().IntegratesUntilFirstSpike(-5));
        Assert.IsTrue(new LifNeuron().IntegratesUntilFirstSpike(0));
        Assert.IsTrue(new ClifNeuron().IntegratesUntilFirstSpike(0));
        Assert.IsTrue(new IfNeuron().IntegratesUntilFirstSpike(0));
        Assert.IsTrue(new KlifNeuron().IntegratesUntilFirstSpike(0.1f));
        Assert.IsFalse(new KlifNeuron().IntegratesUntilFirstSpike(0));
        Assert.IsFalse(new KlifNeuron().IntegratesUntilFirstSpike(-1));
    }

    [TestMethod]
    public void OutputKind_OfNeurons_IsSpikesExceptOfRelu()
    {
        object graded = SignalKind.Graded, spikes = SignalKind.Spikes;

        Assert.AreEqual(graded, new ReluNeuron().OutputKind);
        Assert.AreEqual(spikes, new ClifNeuron().OutputKind);
    }

    [TestMethod]
    [DataRow(0.5, 0.25)]
    [DataRow(1e-9, 0.00025)]
    public void With_LearnedThreshold_KeepsTheShareOfTheInitialPotential(double learned, double initial)
    {
        var neuron = RateNeuron.Of(new IfNeuron { Threshold = 2, InitialPotential = 1 }, learnThreshold: true);

        SpikingNeuronDefinition trained = neuron.With(learned);

        Assert.AreEqual(initial, trained.InitialPotential, 1e-15);
        Assert.AreEqual(2 * initial, trained.Threshold, 1e-15);
    }

    [TestMethod]
    public void Of_LeakyNeuron_HasTheGainOfItsDecayedInput()
    {
        var plain = RateNeuron.Of(new IfNeuron(), learnThreshold: false);
        Assert.AreEqual((1.0, 1.0), (plain.Gain, plain.Kept));
        RateNeuron leaky = RateNeuron.Of(new LifNeuron { MembraneTimeConstant = 4, DecayInput = true }, false);
        Assert.AreEqual((4.0, 0.75), (leaky.Gain, leaky.Kept));
        Assert.AreEqual(1, RateNeuron.Of(new LifNeuron { MembraneTimeConstant = 4 }, false).Gain);
    }

    [TestMethod]
    public void Surrogates_AtOnePoint_HaveTheirFormulasValue()
    {
        Assert.AreEqual(1 / (1 + (Math.PI * Math.PI / 4)), new AtanSurrogate().Derivative(0.5), 1e-12);
        Assert.AreEqual(0.75, new AtanSurrogate().Primitive(1 / Math.PI), 1e-12);
        Assert.AreEqual(2.5 - (6.25 * 0.2), new TriangleSurrogate(2.5).Derivative(-0.2), 1e-12);
        Assert.AreEqual(0, new TriangleSurrogate(2.5).Derivative(0.41));
        Assert.AreEqual(0.5 + 0.5 - 0.125, new TriangleSurrogate(2.5).Primitive(0.2), 1e-12);
        Assert.AreEqual(2, new RectangleSurrogate(0.5).Derivative(0.25));
        Assert.AreEqual(0, new RectangleSurrogate(0.5).Derivative(-0.26));
        Assert.AreEqual(0.7, new RectangleSurrogate(0.5).Primitive(0.1), 1e-12);
        Assert.AreEqual(4 * 0.25 * 0.75, new SigmoidSurrogate().Derivative(Math.Log(3) / 4), 1e-12);
        Assert.AreEqual(0.75, new SigmoidSurrogate().Primitive(Math.Log(3) / 4), 1e-12);
    }

    [TestMethod]
    [DataRow(0, 0, 0, 1, 16L, true)]
    [DataRow(2, 2, 8, 4, 16L, true)]
    [DataRow(2, 2, 6, 4, 48L, true)]
    [DataRow(3, 1, 5, 3, 240L, true)]
    [DataRow(1, 1, 8_192, 1, 8_192L, true)]
    [DataRow(2, 2, 8_192, 4, 16_384L, false)]
    public void SpikePooling_Unit_IsWholeBandsOfWholeVectors(
        int height, int width, int imageWidth, int area, long unit, bool fits)
    {
        var pooling = new SpikePooling(height, width, imageWidth);

        Assert.AreEqual((area, unit, fits, height == 0), (pooling.Area, pooling.Unit, pooling.Fits, pooling.IsNone));
    }
}
