using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>
/// Exported files with weights in float16 and int8, in ONNX Runtime, against managed scoring of the same rounded
/// weights, on 1,000 rows each.
/// </summary>
[TestClass]
public sealed class OnnxPrecisionTests
{
    private const int Rows = 1_000;

    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Networks =>
    [
        [new Mlp(40, 30), Bindings.Of([12]) with { TimeSteps = 5 }],
        [new Mlp(40, 30), Bindings.Of([12], neuron: new LifNeuron()) with { TimeSteps = 1 }],
        [new Mlp(20), Bindings.Of([7]) with { Encoder = new LatencyEncoder(), TimeSteps = 6 }],
        [new Mlp(20, 10), Bindings.Of([7]) with { HasTimeAxis = true, TimeSteps = 4 }],
        [new ConvNet(5, 9), Bindings.Image(2, 8)],
        [
            new NetworkBuilder().Convolution(12, kernel: 3, groups: 3).MaxPool(2).Neuron().AdaptiveAveragePool(2)
                .Residual(main => main.Convolution(12, kernel: 1).BatchNorm().Neuron(), rest => rest.BatchNorm())
                .Flatten().Linear(20).BatchNorm().Neuron().Linear(8).BatchNorm().Neuron().Build(),
            Bindings.Image(3, 9),
        ],
    ];

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Export_InInt8_ScoresAsTheQuantizedModel(object template, object binding)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        NetworkWeights weights = RandomNetwork.Weights(network, 3);
        NetworkWeights rounded = WeightQuantization.Apply(network, weights, WeightPrecision.Int8);
        float[] rows = RandomNetwork.Rows(Rows, network.InputSize, 4);
        byte[] file = OnnxScorer.Export(network, weights, precision: OnnxWeightPrecision.Int8);

        (int flipped, int different) = OnnxParityTests.Compare(network, rounded, rows, file);
        (int ofRounded, _) = OnnxParityTests.Compare(network, rounded, rows,
            OnnxScorer.Export(network, rounded, precision: OnnxWeightPrecision.Int8));
        (int unrounded, _) = OnnxParityTests.Compare(
            network, rounded, rows, OnnxScorer.Export(network, rounded));

        Assert.IsGreaterThan(1, different, "all rows fire alike: nothing is tested");
        Assert.IsLessThanOrEqualTo(10, flipped);
        Assert.IsLessThanOrEqualTo(10, ofRounded);
        Assert.IsLessThanOrEqualTo(10, unrounded);
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Export_InFloat16_ScoresAsTheRoundedModel(object template, object binding)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        // What is folded into the weights is rounded with them.
        (network, NetworkWeights weights) = BatchNormFolding.Apply(network, RandomNetwork.Weights(network, 3));
        var rounded = new NetworkWeights(network, network.Parameters.Select(spec =>
            spec.Role != ParameterRole.Weight ? weights[spec.Name] : new WeightArray(spec.Name, spec.Shape,
                [.. weights[spec.Name].Values.ToArray().Select(value => (float)(Half)value)])));

        (int flipped, int different) = OnnxParityTests.Compare(network, rounded,
            RandomNetwork.Rows(Rows, network.InputSize, 4),
            OnnxScorer.Export(network, weights, precision: OnnxWeightPrecision.Float16));

        Assert.IsGreaterThan(1, different, "all rows fire alike: nothing is tested");
        Assert.IsLessThanOrEqualTo(10, flipped);
    }

    [TestMethod]
    public void ExportToOnnx_EachPrecision_HasItsSizeItsNameAndTheLabels()
    {
        IDataView data = Flowers.Keyed(_ml, Flowers.Rows(count: 600));
        SpikingPredictionTransformer model =
            Flowers.Fit(_ml, data, options => options.Network = new Mlp(128, 128));
        float[] features = [.. Flowers.Rows(count: 600).SelectMany(flower => flower.Features)];
        Dictionary<OnnxWeightPrecision, (long Bytes, uint[] Labels)> files = [];
        foreach (OnnxWeightPrecision precision in Enum.GetValues<OnnxWeightPrecision>())
        {
            using var stream = new MemoryStream();
            model.ExportToOnnx(stream, new OnnxExportOptions { WeightPrecision = precision });
            using var onnx = new OnnxScorer(stream.ToArray());
            Assert.AreEqual(
                precision.ToString(), onnx.Session.ModelMetadata.CustomMetadataMap["spiking.weight_precision"]);
            files.Add(precision, (stream.Length, (uint[])onnx.Run(features, 600)["PredictedLabel"]));
        }

        long floats = files[OnnxWeightPrecision.Float32].Bytes, weights = 4 * ((4 * 128) + (128 * 128) + (128 * 3));
        Assert.IsLessThan(floats - (weights / 2) + 500, files[OnnxWeightPrecision.Float16].Bytes);
        // A scale for each output.
        Assert.IsLessThan(floats - (weights * 3 / 4) + (4 * 259) + 1_500, files[OnnxWeightPrecision.Int8].Bytes);
        foreach ((_, uint[] labels) in files.Values)
        {
            int same = labels.Zip(files[OnnxWeightPrecision.Float32].Labels).Count(pair => pair.First == pair.Second);
            Assert.IsGreaterThan(590, same);
        }
    }

    [TestMethod]
    [DataRow(70_000f, OnnxWeightPrecision.Float16, "has the weight 70000, which float16 cannot hold: it ends at " +
        "65,504; export it with WeightPrecision = Float32.")]
    [DataRow(float.NaN, OnnxWeightPrecision.Float16, "has the weight NaN, which float16 cannot hold")]
    [DataRow(float.PositiveInfinity, OnnxWeightPrecision.Int8,
        "has the weight Infinity, which int8 cannot hold; export it with WeightPrecision = Float32.")]
    public void Export_WeightBeyondThePrecision_IsRefusedAndNamed(
        float weight, OnnxWeightPrecision precision, string fault)
    {
        NetworkDefinition network = new Mlp(8).Bind(Bindings.Of([4]));
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        weights["fc1.weight"].Array[5] = weight;

        NotSupportedException refusal = Assert.ThrowsExactly<NotSupportedException>(
            () => OnnxScorer.Export(network, weights, precision: precision));

        Assert.StartsWith($"The network was not exported to ONNX: layer 'fc1' {fault}", refusal.Message);
    }

    [TestMethod]
    public void ExportToOnnx_UnknownPrecision_IsRefusedWithTheKnownOnes()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        using var stream = new MemoryStream();

        ArgumentOutOfRangeException fault = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() =>
            model.ExportToOnnx(stream, new OnnxExportOptions { WeightPrecision = (OnnxWeightPrecision)7 }));

        Assert.StartsWith("WeightPrecision is 7, which is no precision of weights; use one of Float32, Float16, Int8.",
            fault.Message);
        Assert.AreEqual(0, stream.Length);
    }
}
