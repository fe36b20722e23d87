using Microsoft.ML.Spiking.Networks;
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

namespace Microsoft.ML.Spiking.Tests.Training.Methods;

/// <summary>A teacher's features, as on CUDA.</summary>
[TestClass]
public sealed class TeachingTests
{
    private const int Rows = 6;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    /// <summary>The restoration is in float32, whatever the type that values are kept in.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Step_FeaturesInBFloat16_IsCloseToFull(bool isImage)
    {
        using DisposeScope scope = NewDisposeScope();
        CudaKernels kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);
        using var rounded = new RoundedWeights(ScalarType.BFloat16, kernels);

        float expected = Step(isImage, kernels, new());
        float found = Step(isImage, kernels, new()
        {
            ProductType = ScalarType.BFloat16,
            KeepsProductType = true,
            Rounded = rounded,
        });

        Assert.AreEqual(expected, found, 0.1f * expected);
        Assert.AreNotEqual(expected, found);
    }

    /// <summary>Channels are dropped on the device, by the numbers of the CPU.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Step_MaskOfTheKernel_GivesWhatTheCpuGives(bool isImage)
    {
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();

        float expected = Step(isImage, kernels: null, new());
        float found = Step(isImage, CudaKernels.Open(driver, new HostCompiler(), 0), new());

        Assert.AreEqual(expected, found, 1e-5f * expected);
        Assert.ContainsSingle(kernel => kernel == "dropout_mask", driver.Launched);
    }

    // The loss.
    private static float Step(bool isImage, CudaKernels? kernels, ForwardPass pass)
    {
        int[] shape = isImage ? [2, 4, 4] : [32];
        NetworkTemplate template = isImage
            ? new NetworkBuilder().Convolution(12, 3, padding: 1).Neuron().Flatten().Build() : new Mlp(24);
        NetworkDefinition Bound(NeuronDefinition neuron, int timeSteps) =>
            template.Bind(new(shape, ClassCount: 3, timeSteps, new DirectEncoder(), neuron, Dropout: 0));
        NetworkDefinition teacher = Bound(new ReluNeuron(), 1);
        var settings = new TeacherSettings
        {
            Network = teacher,
            Weights = WeightInitializer.Create(teacher, seed: 2),
            FeatureWeight = 1,
            LogitWeight = 1,
            Temperature = 2,
            Blur = 0.5,
        };
        NetworkDefinition student = Distillation.Begin(Bound(new ClifNeuron(), 4), null, settings, 1).Network;
        using var trained = new TorchNetwork(student, CPU, kernels: kernels);
        trained.Parameters.Import(WeightInitializer.Create(student, seed: 1));
        using var teaching = new Teaching(settings, student, CPU);
        Tensor rows = tensor([.. Enumerable.Range(0, Rows * 32).Select(i => (float)(i * 0.37 % 2))], [Rows, 32]);
        var batch = new Batch(Rows, rows, tensor([.. Enumerable.Range(0, Rows).Select(row => row % 3L)]), null, Rows);
        BatchResult result = BatchResult.Of(trained, batch,
            pass with { IsTraining = true, Seed = 3, Epoch = 2, FirstRow = 12 },
            new(0.05, LossTarget.Constant, 0) { Teaching = teaching },
            new GradientAccumulation(trained.Parameters.Trained, 1));
        Assert.IsTrue(trained.Parameters.Trained.All(parameter => parameter.grad!.isfinite().all().item<bool>()));
        return result.Loss.item<float>();
    }
}
