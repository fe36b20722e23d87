using System.Text.Json;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Analysis;

[TestClass]
public sealed class EnergyReportTests
{
    // The firing rates that the CLIF authors publish for ResNet-18 on CIFAR-10, T = 6, in per cent, in the order of its
    // neurons.
    private static readonly double[] PaperRates =
    [
        24.552, 17.135, 17.304, 13.42, 18.855, 15.632, 15.024, 8.242, 13.895, 12.87, 10.686, 7.517, 8.341, 7.368, 2.895,
        4.127, 3.685,
    ];

    /// <summary>
    /// The first layer multiplies its constant input once, 3 products; the second's 3 inputs receive 6 spikes over 4
    /// steps, each with 2 outputs.
    /// </summary>
    [TestMethod]
    public void Build_CountableVectorNetwork_GivesTheOperationsCountedByHand()
    {
        NetworkDefinition network = HandMade.Vector();
        EnergyReport report = EnergyBuilder.Build(
            network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), new());

        Assert.AreEqual((12, 3), (report.Accumulates, report.MultiplyAccumulates));
        Assert.AreSequenceEqual(["constant", "spikes"], report.Layers.Select(layer => layer.Input));
        Assert.AreSequenceEqual([1, 4], report.Layers.Select(layer => layer.Steps));
        Assert.AreSequenceEqual([1, 0.5], report.Layers.Select(layer => layer.ActiveShare));
        Assert.AreSequenceEqual(["ANN", "IF", "LIF", "CLIF"], report.Estimates.Select(estimate => estimate.Neuron));
        Assert.AreEqual(((12 * 0.9) + (3 * 4.6)) / 1e6, report.Estimates[1].OperationEnergy, 1e-15);
        Assert.AreEqual(9 * 4.6 / 1e6, report.Estimates[0].OperationEnergy, 1e-15);
    }

    /// <summary>
    /// 2 channels of 4 pixels: 8 products once. After the pooling each of 2 values is nonzero at 1 or 2 of 2 steps: 3
    /// of 4, times 2 outputs.
    /// </summary>
    [TestMethod]
    public void Build_CountableImageNetwork_GivesTheOperationsCountedByHand()
    {
        NetworkDefinition network = HandMade.Image();
        EnergyReport report = EnergyBuilder.Build(
            network, HandMade.ImageWeights(network), HandMade.Rows(([1f, 0f, 0f, 1f], 0)), new());

        Assert.AreEqual((0, 8 + 6), (report.Accumulates, report.MultiplyAccumulates));
        Assert.AreEqual(("graded", 4, 0.75),
            (report.Layers[1].Input, report.Layers[1].DenseProducts, report.Layers[1].ActiveShare));
    }

    /// <summary>
    /// Lemaire's model by hand, every access 1 pJ, addition 2, multiplication 3. Weights: the first layer has 1 active
    /// input and 3 products and biases, at 1 step; the second 6, 12 and 8. Neurons: 12 updates, 6 spikes.
    /// </summary>
    [TestMethod]
    public void Build_ModelWithMemory_IsThatCountedByHand()
    {
        NetworkDefinition network = HandMade.Vector(new IfNeuron());
        EnergyReport report = EnergyBuilder.Build(network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)),
            new() { Addition = 2, Multiplication = 3, Memories = [new(1, 1)] });

        double additions = 3 + 3 + 3 + (12 + 8 + 12), products = 3, accesses = 1 + (3 + 3) + 6 + 6 + (12 + 8) + 24;
        double Neurons(int c, int d, int p, int k) => (2 * ((c * 12) + (k * 6))) + (3 * d * 12) + (2 * p * 12) + 6;
        double weights = (2 * additions) + (3 * products) + accesses;
        Assert.AreEqual((weights + Neurons(1, 0, 1, 1)) / 1e6, report.Estimates[1].MemoryModelEnergy, 1e-12);
        Assert.AreEqual((weights + Neurons(1, 1, 1, 1)) / 1e6, report.Estimates[2].MemoryModelEnergy, 1e-12);
        Assert.AreEqual((weights + Neurons(2, 3, 2, 2)) / 1e6, report.Estimates[3].MemoryModelEnergy, 1e-12);
        // ANN: 3 and 6 products, biases of 3 and 2, addresses of 4 and 5 values.
        double dense = (2 * (3 + 3 + 4 + 6 + 2 + 5)) + (3 * 9) + (3 + 6 + 3) + (6 + 8 + 2);
        Assert.AreEqual(dense / 1e6, report.Estimates[0].MemoryModelEnergy, 1e-12);
    }

    [TestMethod]
    [DataRow(4096, 5)]
    [DataRow(8192, 10)]
    [DataRow(20480, 15)]
    [DataRow(32768, 20)]
    [DataRow(540672, 60)]
    [DataRow(1048576, 100)]
    [DataRow(9999999, 100)]
    public void AccessEnergy_AnySize_IsInterpolatedWithoutSteps(double bytes, double picojoules) =>
        Assert.AreEqual(picojoules, new EnergyOptions().AccessEnergy(bytes), 1e-9);

    /// <summary>
    /// ResNet-18 at the paper's rates. The paper reports 68.66 M AC and 5.12 M MAC; docs/analysis.md explains the
    /// differences: its accumulates are those of one time step, and count the 1x1 convolutions of shortcuts twice.
    /// </summary>
    [TestMethod]
    public void Energy_ResNet18AtThePapersRates_LiesBesideThePapersCounts()
    {
        NetworkDefinition network = new SpikingResNet(18).Bind(
            new NetworkBinding([3, 32, 32], 10, TimeSteps: 6, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        NeuronLayer[] neurons = [.. network.AllLayers.OfType<NeuronLayer>()];
        Assert.HasCount(PaperRates.Length, neurons);
        Dictionary<string, double> rates =
            neurons.Zip(PaperRates).ToDictionary(pair => pair.First.Name, pair => pair.Second / 100);

        EnergyReport report = new MLContext().Model.EnergyAtRates(network, rates);

        Assert.AreEqual(555.42e6, report.Estimates[0].MultiplyAccumulates, 0.01e6);
        Assert.AreEqual(67.797e6, report.Accumulates / 6, 0.001e6);
        double shortcuts = report.Layers.Where(layer => layer.DenseProducts is 2_097_152)
            .Sum(layer => layer.Accumulates);
        Assert.AreEqual(68.66e6, (report.Accumulates + shortcuts) / 6, 0.005e6);
        // The first convolution once, and the readout at each step: its 512 inputs are the means of pooled spikes.
        Assert.AreEqual((3 * 64 * 9 * 1024) + (6 * 5120 * 0.03685), report.MultiplyAccumulates, 1);
        Assert.AreEqual(("CLIF", 6, 0L), (report.Neuron, report.TimeSteps, report.Rows));
        // The paper has 111.66, 34.53 and 64.83 mJ with memory; docs/analysis.md says what differs.
        Assert.AreSequenceEqual(["ANN 56.5", "LIF 49.3", "CLIF 60.0"], report.Estimates.Select(estimate =>
            FormattableString.Invariant($"{estimate.Neuron} {estimate.MemoryModelEnergy / 1e3:0.0}")));
    }

    [TestMethod]
    public void ToText_SaysTheConventionsAndWhatTheyLeaveOut()
    {
        NetworkDefinition network = HandMade.Vector(new ClifNeuron());
        EnergyReport report = EnergyBuilder.Build(
            network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), new());

        Assert.Contains("0.9 pJ for each accumulate", report.ToString());
        Assert.Contains("Left out: biases", report.ToString());
        Assert.Contains("Lemaire et al. 2022", report.ToString());
        Assert.AreSequenceEqual(["ANN", "LIF", "CLIF"], report.Estimates.Select(estimate => estimate.Neuron));
        Assert.StartsWith("Layer,Input,DenseProducts", report.ToCsv());
        string[] estimates = report.EstimatesToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.AreEqual(
            "Neuron,Accumulates,MultiplyAccumulates,OperationMicrojoules,MemoryModelMicrojoules", estimates[0]);
        Assert.AreSequenceEqual(["ANN", "LIF", "CLIF"], estimates[1..].Select(line => line.Split(',')[0]));
        using JsonDocument json = JsonDocument.Parse(report.ToJson());
        Assert.AreEqual(3, json.RootElement.GetProperty("estimates").GetArrayLength());
    }

    [TestMethod]
    public void Build_Rectifiers_AreAnOrdinaryNetwork()
    {
        var network = new NetworkDefinition([1], 1, new DirectEncoder(), HandMade.Vector(new ReluNeuron()).Layers, 2);
        EnergyReport report = EnergyBuilder.Build(
            network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), new());

        Assert.AreEqual("ANN", report.Estimates.Single().Neuron);
        Assert.AreEqual(9, report.Estimates.Single().MultiplyAccumulates);
    }

    [TestMethod]
    [DataRow("neuron9", 0.5, "the layer 'neuron9'; the layers of neurons are 'neuron1'")]
    [DataRow("neuron1", 1.5, "firing rate of the layer 'neuron1' is 1.5; it must be from 0 to 1")]
    [DataRow(null, 0, "No firing rate is given for the layer 'neuron1'")]
    public void Energy_RatesThatCannotBe_AreNamed(string? layer, double rate, string sentence)
    {
        Dictionary<string, double> rates = layer is null ? [] : new() { [layer] = rate };
        string message = Assert.Throws<ArgumentException>(
            () => new MLContext().Model.EnergyAtRates(HandMade.Vector(), rates)).Message;
        Assert.Contains(sentence, message);
    }

    [TestMethod]
    [DataRow("MaximumRows is 0")]
    [DataRow("Accumulate is -1 pJ")]
    [DataRow("Addition is NaN pJ")]
    [DataRow("BytesPerValue is 9")]
    [DataRow("Memories must be at least one size")]
    public void Build_OptionThatCannotBe_IsNamed(string sentence)
    {
        EnergyOptions options = sentence.Split(' ')[0] switch
        {
            "MaximumRows" => new() { MaximumRows = 0 },
            "Accumulate" => new() { Accumulate = -1 },
            "Addition" => new() { Addition = double.NaN },
            "BytesPerValue" => new() { BytesPerValue = 9 },
            _ => new() { Memories = [new(8, 1), new(8, 2)] },
        };
        NetworkDefinition network = HandMade.Vector();
        Assert.Contains(sentence, Assert.ThrowsExactly<ArgumentException>(() => EnergyBuilder.Build(
            network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), options)).Message);
    }
}
