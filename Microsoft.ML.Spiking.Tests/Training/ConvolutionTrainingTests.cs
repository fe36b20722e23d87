using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// Networks for images through the whole training loop: a bright bar that is vertical, horizontal or diagonal.
/// </summary>
[TestClass]
public sealed class ConvolutionTrainingTests
{
    private const int Size = 8;

    public static IEnumerable<NetworkTemplate> Templates =>
    [
        new ConvNet(6, 8),
        new NetworkBuilder()
            .Convolution(6, 3, padding: 1)
            .BatchNorm().Neuron()
            .Residual(
                main => main.Convolution(8, 3, stride: 2, padding: 1).BatchNorm().Neuron().Dropout()
                    .Convolution(8, 3, padding: 1),
                shortcut => shortcut.Convolution(8, 1, stride: 2))
            .BatchNorm().Neuron().MaxPool(2).Flatten().Build(),
    ];

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Run_Bars_LearnsThem(NetworkTemplate template)
    {
        NetworkDefinition network =
            template.Bind(Bindings.Image(1, Size, dropout: 0.05)
                with
            { TimeSteps = 4, InputNormalization = new RootMeanSquareNormalization() });

        TrainingOutcome outcome =
            Toy.Train(Toy.Settings with { Epochs = 10 }, Bars(150), Bars(90, seed: 8), network: network);

        Assert.IsGreaterThan(0.9, outcome.History[outcome.BestEpoch - 1].ValidationAccuracy!.Value);
        Assert.IsTrue(outcome.History[^1].FiringRates.All(layer => layer.Value is > 0 and < 1));
    }

    [TestMethod]
    public void Run_RowsWithTimeSteps_LearnsFromTheirOrder()
    {
        // The bar of the class is in the first frame, another in the second: only the order distinguishes them.
        NetworkDefinition network = new ConvNet(6, 8)
            .Bind(Bindings.Image(1, Size) with { HasTimeAxis = true, BatchNorm = BatchNormMode.AcrossTime });

        TrainingOutcome outcome =
            Toy.Train(Toy.Settings with { Epochs = 12 }, Bars(150, frames: 2), Bars(90, seed: 8, frames: 2),
                network: network);

        Assert.IsGreaterThan(0.9, outcome.History[outcome.BestEpoch - 1].ValidationAccuracy!.Value);
    }

    [TestMethod]
    public void Run_SameSeedTwice_GivesTheSameWeightsBitForBit()
    {
        NetworkDefinition network = new ConvNet(4).Bind(Bindings.Image(1, Size, dropout: 0.2));

        Assert.AreSequenceEqual(
            Toy.Flat(Toy.Train(Toy.Settings with { Epochs = 2 }, Bars(60), network: network).Weights),
            Toy.Flat(Toy.Train(Toy.Settings with { Epochs = 2 }, Bars(60), network: network).Weights));
    }

    private static ArrayRowSource Bars(int count, int seed = 5, int frames = 1)
    {
        var random = new Random(seed);
        float[][] rows = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, frames).SelectMany(
            frame => Bar((i + frame) % 3, random)).ToArray())];
        return new(rows, [.. Enumerable.Range(0, count).Select(i => i % 3)]);
    }

    private static float[] Bar(int kind, Random random)
    {
        int place = random.Next(Size);
        float[] image = new float[Size * Size];
        for (int i = 0; i < Size; i++)
        {
            int index = kind switch
            {
                0 => (i * Size) + place,
                1 => (place * Size) + i,
                _ => (i * Size) + ((i + place) % Size),
            };
            image[index] = 1;
        }
        return [.. image.Select(value => value + (0.2f * random.NextSingle()))];
    }
}
