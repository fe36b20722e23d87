using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>Exported files in the checker of Python's onnx package, where it is installed.</summary>
[TestClass]
public sealed class OnnxCheckerTests
{
    private const string Check = """
        import sys, onnx
        for path in sys.argv[1:]:
            onnx.checker.check_model(onnx.load(path), full_check=True)
            print("checked", path)
        """;

    [TestMethod]
    public void Export_EveryKindOfNetwork_PassesTheChecker()
    {
        using var folder = new TemporaryFolder();
        NetworkDefinition[] networks =
        [
            new Mlp(8, 6).Bind(
                Bindings.Of([5]) with { InputNormalization = new FeatureNormalization(), TimeSteps = 4 }),
            new Mlp(8).Bind(Bindings.Of([5], neuron: new KlifNeuron { ScaleReset = true, ResetPotential = -0.2 })),
            new Mlp(8).Bind(Bindings.Of([5], neuron: new PlifNeuron()) with { Encoder = new LatencyEncoder() }),
            new ConvNet(4, 5).Bind(Bindings.Image(3, 9) with { HasTimeAxis = true, TimeSteps = 3 }),
            new ConvNet(4).Bind(Bindings.Image(3, 8) with { PixelOrder = PixelOrder.Interleaved }),
            new SpikingResNet(18).Bind(Bindings.Image(3, 8, neuron: new ClifNeuron { ResetPotential = 0.1 })),
        ];
        List<string> paths = [];
        foreach (OnnxWeightPrecision precision in Enum.GetValues<OnnxWeightPrecision>())
        {
            foreach (NetworkDefinition network in networks)
            {
                paths.Add(Path.Combine(folder.Path, $"{paths.Count}.onnx"));
                File.WriteAllBytes(paths[^1], OnnxScorer.Export(network, RandomNetwork.Weights(network, 1),
                    isBinary: false, classes: ["a", "b", "c"], precision));
            }
        }

        string output = Python.Run("onnx", Check, [.. paths]);

        Assert.AreEqual(
            paths.Count, output.Split('\n').Count(line => line.StartsWith("checked", StringComparison.Ordinal)));
    }
}
