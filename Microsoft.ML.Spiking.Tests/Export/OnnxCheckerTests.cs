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
        string[] paths = [.. networks.Select((_, i) => Path.Combine(folder.Path, $"{i}.onnx"))];
        for (int i = 0; i < networks.Length; i++)
        {
            File.WriteAllBytes(paths[i], OnnxScorer.Export(networks[i], RandomNetwork.Weights(networks[i], 1),
                isBinary: false, classes: ["a", "b", "c"]));
        }

        string output = Python.Run("onnx", Check, paths);

        Assert.AreEqual(
            paths.Length, output.Split('\n').Count(line => line.StartsWith("checked", StringComparison.Ordinal)));
    }
}
