using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Training.Cuda;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Rates;

/// <summary>Networks that are trained on their spike representation, in a precision of products, as on CUDA.</summary>
[TestClass]
public sealed class RatePrecisionTests
{
    private const int Rows = 6;

    private static readonly NetworkTemplate Deep = new NetworkBuilder()
        .Convolution(4, 3, padding: 1).BatchNorm().Neuron().MaxPool(2).Dropout()
        .Residual(main => main.Convolution(4, 3, padding: 1).BatchNorm().Neuron().Convolution(4, 3, padding: 1))
        .BatchNorm().Neuron().AveragePool(2).Flatten().Build();

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    /// <summary>Values are not kept in bfloat16: each product converts, as on the CPU.</summary>
    [TestMethod]
    public void Step_BFloat16OnCuda_GivesWhatProductsThatConvertGive()
    {
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(ScalarType.BFloat16, Kernels());

        float[][] expected = Step(new() { ProductType = ScalarType.BFloat16 });
        float[][] found = Step(new()
        {
            ProductType = ScalarType.BFloat16,
            KeepsProductType = true,
            Rounded = rounded,
        });

        for (int i = 0; i < expected.Length; i++)
        {
            Assert.AreSequenceEqual(expected[i], found[i], $"{i}");
        }
        Assert.IsGreaterThan(1e-3f, found[^1].Max(Math.Abs));
    }

    /// <summary>As in TF32, where convolutions take copies of their weights.</summary>
    [TestMethod]
    public void Step_Float32OnCuda_IsCloseToTheCpu()
    {
        using DisposeScope scope = NewDisposeScope();
        using var rounded = new RoundedWeights(ScalarType.Float32, Kernels());

        float[][] expected = Step(new());
        float[][] found = Step(new() { ProductType = ScalarType.Float32, KeepsProductType = true, Rounded = rounded });

        for (int i = 0; i < expected.Length; i++)
        {
            foreach ((float one, float other) in expected[i].Zip(found[i]))
            {
                Assert.AreEqual(one, other, 1e-3f * Math.Max(1, expected[i].Max(Math.Abs)), $"{i}");
            }
        }
    }

    private static CudaKernels Kernels() => CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    // The mean logits and the gradients of a step.
    private static float[][] Step(ForwardPass pass)
    {
        NetworkDefinition network = SpikeRepresentation.Begin(
            Deep.Bind(Bindings.Image(2, 8, dropout: 0.25, new LifNeuron { InitialPotential = 0.5 })),
            weights: null, new SpikeRepresentationGradient { LearnThreshold = true }, warn: null).Network;
        using var trained = new TorchNetwork(network, CPU, kernels: Kernels());
        trained.Parameters.Import(WeightInitializer.Create(network, seed: 4));
        Tensor images = tensor([.. Enumerable.Range(0, Rows * 128).Select(i => (float)(i * 0.37 % 2))], [Rows, 128]);
        var batch = new Batch(Rows, images, tensor([.. Enumerable.Range(0, Rows).Select(row => row % 3L)]), null, Rows);
        BatchResult result = BatchResult.Of(trained, batch,
            pass with { IsTraining = true, Seed = 3, Epoch = 1 }, new(0.05, LossTarget.Constant, 0),
            new GradientAccumulation(trained.Parameters.Trained, 1));
        return
        [
            Floats(result.MeanLogits), .. trained.Parameters.Trained.Select(parameter => Floats(parameter.grad!)),
        ];
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();
}
