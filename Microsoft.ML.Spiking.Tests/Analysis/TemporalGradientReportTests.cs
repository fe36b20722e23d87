using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Tests.Analysis;

[TestClass]
public sealed class TemporalGradientReportTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>
    /// IF neurons with the soft reset, detached, and a surrogate that is 1 at all their potentials: the gradient of a
    /// spike with respect to the current is the same for every earlier step. By hand: with current x at each of 4 steps
    /// and one neuron, the gradient of its weight through the spikes is the sum over steps t of e(t) x times the number
    /// of steps that are reached, min(k, t) + 1, counted from 0.
    /// </summary>
    [TestMethod]
    public void Build_OneNeuron_GivesTheStepsCountedByHand()
    {
        var neuron = new IfNeuron { Surrogate = new RectangleSurrogate(100), DetachReset = true };
        var network = new NetworkDefinition([1], 4, new DirectEncoder(),
            [
                new LinearLayer("fc1", 1, 1, hasBias: false), new NeuronLayer("neuron1", neuron),
                new LinearLayer("fc2", 1, 2, hasBias: false),
            ], 2);
        var weights = new NetworkWeights(
            network, [new("fc1.weight", [1, 1], [0.1f]), new("fc2.weight", [2, 1], [1f, 0f])]);

        // 0.1 at each step never fires; the logits are 0 and the gradient of each step's cross entropy is p - label.
        TemporalGradientReport report = TemporalGradientBuilder.Build(
            network, weights, HandMade.Rows(([1f], 0)), new() { LossLambda = 0 });
        LayerGradients first = report.Layers[0];

        double each = 0.5 / 4 / 100; // by a spike: (1/2 - 1) / T; by h: over alpha
        double[] reached = [4, 4 + 3, 4 + 3 + 2, 4 + 3 + 2 + 1]; // spikes with 0, 1, 2 and 3 steps before them
        for (int k = 0; k < 4; k++)
        {
            Assert.AreEqual(each * reached[k], first.HorizonNorms[k], 1e-7);
            Assert.AreEqual(each * (4 - k), first.AddedNorms[k], 1e-7);
            Assert.AreEqual((4 - k) / 10.0, first.AddedShares[k], 1e-4);
        }
        // No spike arrives at the readout.
        Assert.AreEqual(0, report.Layers[1].Norm);
        Assert.AreEqual(("IF", 4, 1L), (report.Neuron, report.TimeSteps, report.Rows));
    }

    [TestMethod]
    public void Build_Readout_HasNoGradientThroughTime()
    {
        NetworkDefinition network = Toy.Network();
        TemporalGradientReport report = Report(network);

        Assert.IsGreaterThan(0, report.Layers[^1].Norm);
        Assert.AreEqual(1, report.Layers[^1].AddedShares[0], 1e-6);
        Assert.IsLessThan(1e-6, report.Layers[^1].AddedShares.Skip(1).Max());
        Assert.IsGreaterThan(1e-3, report.Layers[0].AddedShares[1]);
    }

    [TestMethod]
    public void Build_SmallerBatches_GiveTheSameGradients()
    {
        NetworkDefinition network = Toy.Network();
        TemporalGradientReport whole = Report(network), parts = Report(network, new() { BatchSize = 7 });

        foreach ((LayerGradients expected, LayerGradients actual) in whole.Layers.Zip(parts.Layers))
        {
            Assert.AreEqual(expected.Norm, actual.Norm, 1e-5 * expected.Norm);
        }
    }

    [TestMethod]
    public void Build_OtherNeuron_StandsInForTheModels()
    {
        TemporalGradientReport own = Report(Toy.Network(new LifNeuron()));
        TemporalGradientReport standIn = Report(Toy.Network(), new() { Neuron = new LifNeuron() });

        Assert.AreEqual("LIF", standIn.Neuron);
        Assert.AreSequenceEqual(own.Layers[0].HorizonNorms, standIn.Layers[0].HorizonNorms);
        Assert.Contains("fc1", standIn.ToString());
        Assert.StartsWith("Layer,StepsBack,HorizonNorm,AddedNorm,AddedShare\n", standIn.ToCsv());
    }

    [TestMethod]
    public void Build_NoLabel_SaysSo()
    {
        NetworkDefinition network = Toy.Network();
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => TemporalGradientBuilder.Build(network,
            WeightInitializer.Create(network, 1), HandMade.Rows((new float[8], -1)), new())).Message;
        Assert.Contains("no row with a label", message);
    }

    [TestMethod]
    [DataRow("MaximumRows is 0")]
    [DataRow("BatchSize is 0")]
    [DataRow("LossLambda is 2")]
    [DataRow("LifNeuron.Threshold is 0")]
    public void Build_OptionThatCannotBe_IsNamed(string sentence)
    {
        TemporalGradientOptions options = sentence.Split(' ')[0] switch
        {
            "MaximumRows" => new() { MaximumRows = 0 },
            "BatchSize" => new() { BatchSize = 0 },
            "LossLambda" => new() { LossLambda = 2 },
            _ => new() { Neuron = new LifNeuron { Threshold = 0 } },
        };
        Assert.Contains(sentence,
            Assert.ThrowsExactly<ArgumentException>(() => Report(Toy.Network(), options)).Message);
    }

    private static TemporalGradientReport Report(NetworkDefinition network, TemporalGradientOptions? options = null)
    {
        (float[][] rows, int[] labels) = Toy.Points(30);
        return TemporalGradientBuilder.Build(network, WeightInitializer.Create(network, seed: 3),
            HandMade.Rows([.. rows.Zip(labels)]), options ?? new());
    }
}
