using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Conversion;

[TestClass]
public sealed class LifConversionTests
{
    private static readonly MLContext Ml = new(seed: 1);

    /// <summary>
    /// One neuron with current 1.2 over 4 steps, tau 2. CLIF fires at 3 of them; LIF at all 4 with the soft reset and
    /// the hard resets to 0 and 0.1, and once with the hard reset to -0.9. More than 3.2 spikes mean class 1.
    /// </summary>
    [TestMethod]
    public void Convert_CountableNetwork_ChoosesTheResetWithWhichTheSpikesSuffice()
    {
        NetworkDefinition network = Counter(new ClifNeuron());
        NetworkWeights weights = CounterWeights(network);
        (LifConversion report, NetworkDefinition converted, _) = ClifToLifConverter.Convert(
            network, weights, [([1.2f], 0)], new() { ResetPotentials = [-0.9, 0.1] });

        Assert.AreEqual((1.0, 0.0, 1.0),
            (report.ClifAccuracy, report.HardResetToZeroAccuracy, report.HardResetAccuracy));
        Assert.AreEqual(0, report.SoftResetAccuracy);
        Assert.AreEqual((-0.9, 1L), (report.ResetPotential, report.Rows));
        Assert.AreSequenceEqual([-0.9, 0, 0.1], report.Trials.Select(trial => trial.ResetPotential));
        Assert.AreSequenceEqual([1.0, 0, 0], report.Trials.Select(trial => trial.Accuracy));
        Assert.AreEqual(new LifNeuron { ResetPotential = -0.9 },
            converted.AllLayers.OfType<NeuronLayer>().Single().Neuron);
        Assert.AreEqual("Neuron,Reset,ResetPotential,Accuracy\nCLIF,soft,,1\nLIF,soft,,0\nLIF,hard,-0.9,1\n" +
            "LIF,hard,0,0\nLIF,hard,0.1,0\n", report.ToCsv());
        Assert.Contains("hard, to -0.9", report.ToString());
    }

    [TestMethod]
    public void Convert_ResetsAlike_TakesTheOneClosestToZero()
    {
        NetworkDefinition network = Counter(new ClifNeuron());
        (LifConversion report, _, _) = ClifToLifConverter.Convert(
            network, CounterWeights(network), [([0f], 0)], new());

        Assert.AreEqual((0.0, 1.0), (report.ResetPotential, report.Accuracy));
    }

    [TestMethod]
    public void ConvertClifToLif_TrainedChain_GivesAnOrdinaryModelWithTheReportedAccuracy()
    {
        IDataView rows = Ml.Data.LoadFromEnumerable(Flowers.Rows());
        ITransformer model = Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(rows);

        LifConversion conversion = Ml.Model.ConvertClifToLif(model, rows, new() { IsPerLayer = true });

        using var stream = new MemoryStream();
        Ml.Model.Save(conversion.Model, rows.Schema, stream);
        stream.Position = 0;
        IDataView scored = Ml.Model.Load(stream, out _).Transform(rows);
        string[] predicted = [.. scored.GetColumn<string>("PredictedLabel")];
        Assert.AreEqual(
            conversion.Accuracy, Flowers.Rows().Zip(predicted).Count(pair => pair.First.Label == pair.Second) / 90d);
        Assert.IsGreaterThanOrEqualTo(conversion.HardResetAccuracy, conversion.Accuracy);
        Assert.IsGreaterThanOrEqualTo(conversion.HardResetToZeroAccuracy, conversion.HardResetAccuracy);
    }

    [TestMethod]
    public void Convert_NetworkWithoutClifNeurons_SaysSo()
    {
        NetworkDefinition network = Counter(new LifNeuron());
        Assert.Contains("no layer of CLIF neurons", Assert.ThrowsExactly<InvalidOperationException>(() =>
            ClifToLifConverter.Convert(network, CounterWeights(network), [([1f], 0)], new())).Message);
    }

    [TestMethod]
    public void Convert_NoLabel_SaysSo()
    {
        NetworkDefinition network = Counter(new ClifNeuron());
        Assert.Contains("no row with a label", Assert.ThrowsExactly<InvalidOperationException>(() =>
            ClifToLifConverter.Convert(network, CounterWeights(network), [([1f], -1)], new())).Message);
    }

    [TestMethod]
    [DataRow("ResetPotentials must be at least one finite potential", new[] { double.NaN })]
    [DataRow("ResetPotentials must be at least one finite potential", new double[0])]
    [DataRow("ResetPotentials has 1; it must be below the neurons' threshold, 1.", new[] { 1.0 })]
    public void Convert_PotentialThatCannotBe_IsNamed(string sentence, double[] potentials)
    {
        NetworkDefinition network = Counter(new ClifNeuron());
        Assert.Contains(sentence, Assert.ThrowsExactly<ArgumentException>(() => ClifToLifConverter.Convert(
            network, CounterWeights(network), [([1f], 0)], new() { ResetPotentials = potentials })).Message);
    }

    private static NetworkDefinition Counter(NeuronDefinition neuron) => new([1], 4, new DirectEncoder(),
        [
            new LinearLayer("fc1", 1, 1, hasBias: false), new NeuronLayer("neuron1", neuron),
            new LinearLayer("fc2", 1, 2),
        ], 2);

    private static NetworkWeights CounterWeights(NetworkDefinition network) => new(network,
        [
            new("fc1.weight", [1, 1], [1f]), new("fc2.weight", [2, 1], [0f, 1f]), new("fc2.bias", [2], [0.8f, 0f]),
        ]);
}
