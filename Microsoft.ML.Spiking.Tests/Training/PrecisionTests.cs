using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class PrecisionTests
{
    private static readonly TrainingSettings Rounded = Toy.Settings with { Precision = TrainingPrecision.BFloat16 };

    /// <summary>Behaves as on a processor with instructions for bfloat16.</summary>
    [TestInitialize]
    public void Round() => BFloat16Products.Given = true;

    [TestCleanup]
    public void Restore() => BFloat16Products.Given = null;

    [TestMethod]
    public void Run_BFloat16OnAProcessorWithout_StaysInFloat32AndSaysSoOnce()
    {
        BFloat16Products.Given = false;
        var observer = new RecordingObserver();
        float[] weights = Toy.Flat(Toy.Train(Rounded, observer: observer).Weights);

        Assert.AreSequenceEqual(Toy.Flat(Toy.Train().Weights), weights);
        Assert.HasCount(1, observer.Warnings, string.Join('\n', observer.Warnings));
        Assert.Contains("stay in float32", observer.Warnings[0]);
    }

    [TestMethod]
    public void Run_BFloat16OnThisMachine_RoundsOrSaysThatItDoesNot()
    {
        BFloat16Products.Given = null;
        var observer = new RecordingObserver();
        float[] weights = Toy.Flat(Toy.Train(Rounded, observer: observer).Weights);

        bool areRounded = BFloat16Products.AreFastOn(CPU);
        Assert.AreEqual(areRounded, observer.Warnings.Count == 0, string.Join('\n', observer.Warnings));
        Assert.AreEqual(areRounded, !Toy.Flat(Toy.Train().Weights).SequenceEqual(weights));
    }

    [TestMethod]
    public void Run_ResumedOnAProcessorWithout_GoesOnAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        TrainingSettings saved = Rounded with { CheckpointFolder = folder.Path };
        var first = new RecordingObserver { OnBatch = progress => Assert.IsLessThan(4, progress.Epoch) };
        Assert.ThrowsExactly<AssertFailedException>(() => Toy.Train(saved, observer: first));

        BFloat16Products.Given = false;
        var second = new RecordingObserver();
        TrainingOutcome outcome = Toy.Train(saved, observer: second);
        Assert.Contains("Resumed from", string.Join('\n', second.Infos));
        Assert.Contains("stay in float32", string.Join('\n', second.Warnings));
        Assert.HasCount(Rounded.Epochs!.Value, outcome.History);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_BFloat16_LearnsAsWell(bool isConvolution)
    {
        NetworkDefinition network = isConvolution
            ? new NetworkBuilder().Convolution(8, kernel: 2).BatchNorm().Neuron().Build()
                .Bind(Bindings.Of([2, 2, 2]) with { TimeSteps = 4 })
            : Toy.Network();

        TrainingOutcome outcome = Toy.Train(Rounded, network: network, validation: Toy.Rows(99, seed: 6));

        Assert.AreEqual(1.0, outcome.History[outcome.BestEpoch - 1].ValidationAccuracy);
        Assert.AreNotSequenceEqual(Toy.Flat(Toy.Train(network: network).Weights), Toy.Flat(outcome.Weights));
    }

    [TestMethod]
    public void Run_BFloat16_TrainsWeightsOf32Bits() =>
        Assert.Contains(weight => (BitConverter.SingleToUInt32Bits(weight) & 0xFFFF) != 0,
            Toy.Flat(Toy.Train(Rounded).Weights));

    [TestMethod]
    public void Product_BFloat16_RoundsWhatItTakesAndGives()
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = tensor([1.001f, 3f], [1, 2]), weight = tensor([1f, 0.3333f], [1, 2]).requires_grad_();
        var product = new WeightedProduct(weight, bias: null, nn.functional.linear);

        Tensor found = product.Of(rows, new ForwardPass { ProductType = ScalarType.BFloat16 });
        found.sum().backward();

        Assert.AreEqual(ScalarType.Float32, found.dtype);
        Assert.AreEqual(2f, found.item<float>()); // 1 + 3 times 0.333984375, rounded to 8 bits
        Assert.AreEqual(ScalarType.Float32, weight.grad!.dtype);
        Assert.AreEqual(1f, weight.grad[0, 0].item<float>());
        Assert.AreEqual(1.001f + (3 * 0.3333f), product.Of(rows, ForwardPass.Evaluation).item<float>(), 1e-6f);
    }
}
