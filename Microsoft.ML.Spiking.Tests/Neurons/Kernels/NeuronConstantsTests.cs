using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class NeuronConstantsTests
{
    private const double Log2E = 1.4426950408889634;

    [TestMethod]
    public void Of_LifWithHardReset_LeaksTowardsIt()
    {
        NeuronConstants c = NeuronConstants.Of(
            new LifNeuron { MembraneTimeConstant = 4, Threshold = 3, ResetPotential = -2 }, learned: 0);

        Assert.AreEqual((0.75f, -0.5f, 1f, 3f, -2f), (c.Gamma, c.Leak, c.Gain, c.Threshold, c.ResetPotential));
        Assert.AreEqual((1f, 0.25f, 1f, 1f, 0f), (c.Reach, c.InverseTau, c.K, c.Rescale, c.ScaleWeight));
        Assert.AreEqual((0.1875, 0f, -2f), (c.LearnedFactor, c.HWeight, c.Offset));
        Assert.AreEqual(-0.25 * Log2E, c.TauFactor, 1e-7);
        Assert.AreEqual(4 * Sigmoid.Limit, c.TauLimit);
    }

    [TestMethod]
    public void Of_LifThatDecaysItsInput_ScalesIt()
    {
        NeuronConstants c = NeuronConstants.Of(
            new LifNeuron { MembraneTimeConstant = 4, DecayInput = true, ResetPotential = 0.5, DetachReset = true }, 0);

        Assert.AreEqual((0.75f, 0.125f, 0.25f, 0f), (c.Gamma, c.Leak, c.Gain, c.Reach));
        Assert.AreEqual((0.75, 1f, 0f), (c.LearnedFactor, c.HWeight, c.Offset));
    }

    [TestMethod]
    public void Of_If_DoesNotLeak()
    {
        NeuronConstants c = NeuronConstants.Of(new IfNeuron { Threshold = 0.5 }, learned: 7);

        Assert.AreEqual((1f, 0f, 1f, 0.5f), (c.Gamma, c.Leak, c.Gain, c.Threshold));
        Assert.AreEqual((0f, 0f), (c.ResetPotential, c.InverseTau));
        Assert.AreEqual((1f, 1f, 0f, 0.0), (c.K, c.Rescale, c.ScaleWeight, c.LearnedFactor));
    }

    /// <summary>PLIF's leak is sigmoid(w), whatever its initial time constant.</summary>
    [TestMethod]
    public void Of_Plif_LeaksByTheSigmoidOfItsWeight()
    {
        NeuronConstants c = NeuronConstants.Of(new PlifNeuron { MembraneTimeConstant = 9 }, (float)Math.Log(3));

        Assert.AreEqual(0.25, c.Gamma, 1e-7);
        Assert.AreEqual(0.75, c.InverseTau, 1e-7);
        Assert.AreEqual(0.75 * 0.25, c.LearnedFactor, 1e-7);
    }

    [TestMethod]
    [DataRow(4f, false, 4f, 1f, 0f, 0.25)]
    [DataRow(4f, true, 4f, 0.25f, 1f, 0.25)]
    [DataRow(0f, false, 0f, 1f, 0f, 0.0)]
    public void Of_Klif_ScalesThePotential(
        float learned, bool scaleReset, float k, float rescale, float scaleWeight, double factor)
    {
        NeuronConstants c = NeuronConstants.Of(new KlifNeuron { ScaleReset = scaleReset }, learned);

        Assert.AreEqual((k, rescale, scaleWeight, factor), (c.K, c.Rescale, c.ScaleWeight, c.LearnedFactor));
        Assert.AreEqual((0.5f, 0.5f), (c.Gamma, c.InverseTau));
    }
}
