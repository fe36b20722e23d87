using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>The recipes against the paper's table.</summary>
[TestClass]
public sealed class RecipeTests
{
    private static readonly ImageAugmentation Mixing =
        new() { HorizontalFlip = true, TrivialAugment = true, MixupAlpha = 0.2, CutmixAlpha = 1 };

    public static IEnumerable<(
        string Data, SpikingClifTrainer.Options Options, NetworkTemplate Network, int[] Shape, int Steps,
        double Rate, int Batch, int Epochs, double Decay, double Dropout, ImageAugmentation? Augmentation)> Table =>
    [
        ("CIFAR-10", SpikingClifRecipes.Cifar10(), new SpikingResNet(18), [3, 32, 32], 6, 0.1, 128, 200, 5e-5, 0,
            Cropping(cutout: 16)),
        ("CIFAR-10 mixed", SpikingClifRecipes.Cifar10(isMixing: true), new SpikingResNet(18), [3, 32, 32], 6, 0.1, 128,
            200, 5e-5, 0, Mixing),
        ("CIFAR-100", SpikingClifRecipes.Cifar100(), new SpikingResNet(18), [3, 32, 32], 6, 0.1, 128, 200, 5e-4, 0,
            Cropping(cutout: 8)),
        ("CIFAR-100 mixed", SpikingClifRecipes.Cifar100(isMixing: true), new SpikingResNet(18), [3, 32, 32], 6, 0.1,
            128, 200, 5e-4, 0, Mixing),
        ("Tiny-ImageNet", SpikingClifRecipes.TinyImageNet(), new SpikingVgg(13), [3, 64, 64], 6, 0.1, 256, 300, 5e-4, 0,
            new() { HorizontalFlip = true }),
        ("DVS-CIFAR10", SpikingClifRecipes.DvsCifar10(), new SpikingVgg(11), [2, 48, 48], 10, 0.05, 128, 300, 5e-4, 0.3,
            new()
            {
                HorizontalFlip = true,
                Events = new()
                {
                    Roll = 5,
                    Rotation = 30,
                    Shear = 30,
                    Geometry = EventGeometry.RollThenOneOf,
                },
            }),
        ("DVS-Gesture", SpikingClifRecipes.DvsGesture(), new SpikingVgg(11), [2, 128, 128], 20, 0.1, 16, 300, 5e-4, 0.4,
            null),
    ];

    [TestMethod]
    [DynamicData(nameof(Table))]
    public void Recipe_OfEachDataSet_HasTheTablesValues(
        string data, SpikingClifTrainer.Options options, NetworkTemplate network, int[] shape, int steps, double rate,
        int batch, int epochs, double decay, double dropout, ImageAugmentation? augmentation)
    {
        options.Validate();
        Assert.AreEqual(network, options.Network, data);
        Assert.AreEqual(
            (steps, rate, batch, epochs, decay, dropout),
            (options.TimeSteps, options.LearningRate, options.BatchSize, options.Epochs, options.WeightDecay,
                options.Dropout));
        Assert.AreEqual((OptimizerKind.Sgd, 0.9, LearningRateSchedule.Cosine, 0.05, LossTarget.Constant, 0.0),
            (options.Optimizer, options.Momentum, options.Schedule, options.LossLambda, options.LossTarget,
                options.LabelSmoothing));
        Assert.AreEqual(new ClifNeuron { MembraneTimeConstant = 2, Surrogate = new RectangleSurrogate() },
            options.Neuron);
        Assert.AreEqual(augmentation, options.Augmentation);
        Assert.IsNull(options.Augmentation?.FaultFor(shape, shape[0] == 2 ? steps : null));
        NetworkDefinition definition =
            options.Network.Bind(Bindings.Of(shape) with { InputNormalization = options.InputNormalization });
        Assert.AreEqual(shape[0] == 3, definition.Layers[0].Name == "input");
    }

    private static ImageAugmentation Cropping(int cutout) =>
        new() { CropPadding = 4, HorizontalFlip = true, CutoutSize = cutout };

    [TestMethod]
    public void Augmentation_ThroughJson_ComesBack()
    {
        var augmentation = new ImageAugmentation
        {
            CropPadding = 4,
            HorizontalFlip = true,
            TrivialAugment = true,
            CutoutSize = 16,
            MixupAlpha = 0.2,
            CutmixAlpha = 1,
            Events = new()
            {
                VerticalFlip = true,
                PolarityFlip = true,
                TimeReversal = true,
                Roll = 5,
                Rotation = 30,
                Shear = 15,
                Geometry = EventGeometry.RollThenOneOf,
                Drop = true,
                MixBeta = 1,
                TimeCutmixAlpha = 2,
            },
        };
        Assert.AreEqual(augmentation,
            JsonSerializer.Deserialize<ImageAugmentation>(JsonSerializer.Serialize(augmentation)));
    }

    [TestMethod]
    public void InputNormalization_ThroughJson_ComesBack()
    {
        foreach (InputNormalization normalization in new InputNormalization[]
        {
            new RootMeanSquareNormalization(), new ChannelNormalization(),
            new ChannelNormalization { Means = [1, 2], StandardDeviations = [3, 4] },
        })
        {
            Assert.AreEqual(normalization,
                JsonSerializer.Deserialize<InputNormalization>(JsonSerializer.Serialize(normalization)));
        }
    }
}
