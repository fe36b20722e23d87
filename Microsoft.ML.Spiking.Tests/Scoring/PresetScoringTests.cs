using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>The presets, with random running statistics too, against the trained network in double precision.</summary>
[TestClass]
[TestCategory(SlowTests.Category)]
public sealed class PresetScoringTests
{
    private const int Rows = 4;

    public static IEnumerable<object[]> Presets =>
    [
        [new Mlp(30, 20), Bindings.Image(2, 6)],
        [new ConvNet(), Bindings.Image(1, 12, dropout: 0.2)],
        [new ConvNet(5, 17, 40), Bindings.Image(3, 9) with { HasTimeAxis = true, TimeSteps = 7 }],
        [new ConvNet(16, 24), Bindings.Image(1, 8, neuron: new PlifNeuron()) with
        {
            InputNormalization = new RootMeanSquareNormalization(),
            TimeSteps = 6,
        }],
        [new ConvNet(8), Bindings.Image(2, 8) with { Encoder = new PoissonEncoder { Rate = 0.7 }, TimeSteps = 5 }],
        [new SpikingResNet(18), Bindings.Image(3, 8, dropout: 0.1)],
        [new SpikingResNet(50), Bindings.Image(2, 5, neuron: new LifNeuron())],
        [new SpikingVgg(11), Bindings.Image(3, 32)],
        [new Snn5(), Bindings.Image(3, 20, dropout: 0.1)],
        [new VggSnn(), Bindings.Image(2, 16) with { HasTimeAxis = true, TimeSteps = 3 }],
        [
            new NetworkBuilder().Convolution(12, kernel: 3, groups: 3).MaxPool(2).Neuron().AdaptiveAveragePool(2)
                .Residual(
                    main => main.Convolution(12, kernel: 1).BatchNorm().Neuron(), shortcut => shortcut.BatchNorm())
                .Flatten().Linear(20).BatchNorm().Neuron().Build(),
            Bindings.Image(3, 9),
        ],
    ];

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void Score_Preset_AgreesWithTheTrainedNetwork(object template, object binding)
    {
        NetworkDefinition definition = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        NetworkWeights weights = SettledWeights.Of(definition, RandomNetwork.Weights(definition, 3),
            [.. Enumerable.Range(0, 8).Select(pass => RandomNetwork.Rows(Rows, definition.InputSize, 10 + pass))]);
        float[] features = RandomNetwork.Rows(Rows, definition.InputSize, 4);
        double[][] expected = Evaluate(definition, weights, features);

        int flipped = ScoreComparison.CountDifferences(definition, weights, VectorWidth.Auto, features, expected);

        // A flipped spike changes the rest of its row; there are up to a million spikes in a row here.
        Assert.IsLessThanOrEqualTo(1, flipped);
    }

    private static double[][] Evaluate(NetworkDefinition definition, NetworkWeights weights, float[] features)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var network = new TorchNetwork(definition, CPU, ScalarType.Float64);
        network.Parameters.Import(weights);
        Tensor rows = tensor(features, [Rows, definition.InputSize], ScalarType.Float64);
        Tensor scores = network.Forward(rows, ForwardPass.Evaluation).mean([0L]).softmax(-1).contiguous();
        return [.. MemoryMarshal.Cast<byte, double>(scores.bytes).ToArray().Chunk(definition.ClassCount)];
    }
}
