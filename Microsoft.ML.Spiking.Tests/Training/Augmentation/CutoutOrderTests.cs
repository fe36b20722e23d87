using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Augmentation;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Augmentation;

/// <summary>The network normalizes after cutout, yet the result is as if cutout came after it.</summary>
[TestClass]
public sealed class CutoutOrderTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Cutout_BeforeTheNormalization_EqualsCutoutAfterItBitForBit()
    {
        var normalization = new ChannelNormalization
        {
            Means = [0.4914, 122.7, -3.3e-3],
            StandardDeviations = [0.2023, 61.3, 1.7e-4],
        };
        NetworkDefinition network = new NetworkBuilder().AveragePool(1).Build()
            .Bind(Bindings.Of([3, 7, 9]) with { InputNormalization = normalization, HasTimeAxis = true });
        using var torchNetwork = new TorchNetwork(network, CPU);
        torchNetwork.Parameters.Import(WeightInitializer.Create(
            network, seed: 1, InputConstants.Of(normalization, new RowSummary(0, [], [], 1))));
        var recipe = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true, CutoutSize = 4 };
        const int Rows = 40;
        float[] before = Images.Batch(Rows), cropped = Images.Batch(Rows), places = new float[before.Length];
        Augmenters.Create(Toy.Settings with { Augmentation = recipe, Rows = Images.Rows }, torchNetwork)!.Apply(before,
            1, 0);
        Images.Augmenter(recipe with { CutoutSize = 0 }).Apply(cropped, 1, 0);
        Images.Augmenter(recipe, zeros: [-1]).Apply(places, 1, 0);

        float[] expected =
            [.. Normalized(torchNetwork, cropped).Zip(places, (value, place) => place == -1 ? 0 : value)];

        Assert.Contains(-1f, places);
        Assert.AreSequenceEqual(expected, Normalized(torchNetwork, before));
    }

    [TestMethod]
    public void Zeros_AnyMeanAndDeviation_BecomeExactlyZero()
    {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++)
        {
            double mean = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 7));
            double deviation = (random.NextDouble() + 1e-3) * Math.Pow(10, random.Next(-6, 7));
            InputConstants constants = InputConstants.Of(
                new ChannelNormalization { Means = [mean], StandardDeviations = [deviation] },
                new RowSummary(0, [], [], 1));

            float zero = constants.Zeros()[0];

            Assert.AreEqual(0f, (zero * constants.Scale[0]) + constants.Shift[0]);
            Assert.AreEqual(mean, zero, Math.Abs(mean) * 1e-6);
        }
    }

    private static float[] Normalized(TorchNetwork network, float[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        var input = (AffineLayer)network.Definition.Layers[0];
        var layer = new TorchAffine(network.Parameters[input.ScaleName], network.Parameters[input.ShiftName]);
        var signal = new TorchSignal(tensor(rows).view(-1, 2, 3, 7, 9), IsConstant: false);
        return layer.Forward(signal, ForwardPass.Evaluation).Values.data<float>().ToArray();
    }
}
