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
        Assert.Contains(weight => (BitConverter.SingleToUInt32Bits(weight) & 0xFFFF) != 0, Toy.Flat(Toy.Train(Rounded).Weights));

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
