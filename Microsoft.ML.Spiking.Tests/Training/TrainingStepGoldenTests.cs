using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Training.Cuda;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Whole training steps against the authors' code: network, loss, gradients, optimizer.</summary>
[TestClass]
public sealed class TrainingStepGoldenTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow("train_mlp_clif.json", ScalarType.Float64, 1e-9)]
    [DataRow("train_mlp_lif.json", ScalarType.Float64, 1e-9)]
    [DataRow("train_conv_clif.json", ScalarType.Float64, 1e-9)]
    [DataRow("train_conv_lif.json", ScalarType.Float64, 1e-9)]
    [DataRow("train_mlp_clif.json", ScalarType.Float32, 1e-4)]
    [DataRow("train_mlp_lif.json", ScalarType.Float32, 1e-4)]
    [DataRow("train_conv_clif.json", ScalarType.Float32, 1e-4)]
    [DataRow("train_conv_lif.json", ScalarType.Float32, 1e-4)]
    public void Step_FourBatchesOfTheReference_GiveItsLossesLogitsAndWeights(
        string file, ScalarType type, double tolerance) =>
        Step(file, type, tolerance, kernels: null, new ForwardPass { IsTraining = true });

    /// <summary>The steps in CUDA kernels, which run on this processor; channels-last, too.</summary>
    [TestMethod]
    [DataRow("train_mlp_clif.json", false)]
    [DataRow("train_conv_clif.json", false)]
    [DataRow("train_conv_lif.json", false)]
    [DataRow("train_conv_clif.json", true)]
    [DataRow("train_conv_lif.json", true)]
    public void Step_InCudaKernelsOnThisProcessor_GivesTheReferencesLossesLogitsAndWeights(
        string file, bool isChannelsLast)
    {
        HostCompiler.SkipWhereThereIsNone();
        var driver = new HostDriver();
        var pass = new ForwardPass
        {
            IsTraining = true,
            ProductType = isChannelsLast ? ScalarType.Float32 : null,
            KeepsProductType = isChannelsLast,
        };

        Step(file, ScalarType.Float32, 1e-4, CudaKernels.Open(driver, new HostCompiler(), 0), pass);

        bool isNormalized = file.Contains("conv", StringComparison.Ordinal);
        Assert.AreEqual(isNormalized, driver.Calls.Contains("cuModuleGetFunction(norm_gradients)"));
        Assert.Contains("cuModuleGetFunction(neuron_backward)", driver.Calls);
        Assert.DoesNotContain("cuModuleGetFunction(norm_apply)", driver.Calls);
    }

    private static void Step(
        string file, ScalarType type, double tolerance, CudaKernels? kernels, ForwardPass training)
    {
        JsonElement golden = GoldenFiles.Read(file);
        NetworkDefinition definition = Definition(golden);
        using DisposeScope scope = NewDisposeScope();
        using var network = new TorchNetwork(definition, CPU, type, kernels: kernels);
        Import(network, golden.GetProperty("initial"));
        JsonElement rule = golden.GetProperty("optimizer");
        using var optimizer = new Sgd(network.Parameters.Trained,
            rule.GetProperty("momentum").GetDouble(), rule.GetProperty("weight_decay").GetDouble());
        var loss = new Loss(golden.GetProperty("loss").GetProperty("lambda").GetDouble(), LossTarget.Constant,
            labelSmoothing: 0);

        var losses = new List<double>();
        JsonElement inputs = golden.GetProperty("inputs");
        for (int i = 0; i < inputs.GetArrayLength(); i++)
        {
            Tensor logits = network.Forward(Array(inputs[i], type), training);
            Tensor labels = tensor(golden.GetProperty("labels")[i].Longs());
            Tensor value = loss.Compute(logits, Loss.OneHot(labels, definition.ClassCount, type));
            CallbackFaults.Backward(value);
            optimizer.Step(rule.GetProperty("lr").GetDouble());

            losses.Add(Values(value)[0]);
            GoldenFiles.AssertCloseToNineDigits(golden.GetProperty("mean_logits_train")[i].Doubles(),
                Values(logits.mean([0])),
                tolerance, $"logits of batch {i}");
        }

        GoldenFiles.AssertCloseToNineDigits(golden.GetProperty("losses").Doubles(), [.. losses], tolerance, "loss");
        foreach (JsonProperty array in golden.GetProperty("final").EnumerateObject())
        {
            GoldenFiles.AssertCloseToNineDigits(array.Value.GetProperty("data").Doubles(),
                Values(network.Parameters[array.Name]),
                tolerance, array.Name);
        }
        using IDisposable noGradient = no_grad();
        GoldenFiles.AssertCloseToNineDigits(golden.GetProperty("mean_logits_eval_first_batch").Doubles(),
            Values(network.Forward(Array(inputs[0], type), ForwardPass.Evaluation).mean([0])), tolerance, "evaluation");
    }

    private static NetworkDefinition Definition(JsonElement golden)
    {
        JsonElement initial = golden.GetProperty("initial");
        var layers = new List<Layer>();
        foreach (JsonElement kind in golden.GetProperty("architecture").EnumerateArray())
        {
            string name = $"{layers.Count}"; // a layer's index is its key in the file
            layers.Add(kind.GetString() switch
            {
                "Linear" when Shape(initial, name) is [int outputs, int inputs] =>
                    new LinearLayer(name, inputs, outputs),
                "Conv2d" when Shape(initial, name) is [int outputs, int inputs, _, _] =>
                    new ConvolutionLayer(name, inputs, outputs, kernel: 3, stride: 1, padding: 1),
                "BatchNorm2d" => new BatchNormLayer(name, Shape(initial, name)[0]),
                "AvgPool2d" => new AveragePoolLayer(name, kernel: 2, stride: 2),
                "Flatten" => new FlattenLayer(name),
                "ComplementaryLIFNeuron" =>
                    new NeuronLayer(name, new ClifNeuron { Surrogate = new RectangleSurrogate() }),
                "LIFNode" => new NeuronLayer(name, new LifNeuron { Surrogate = new RectangleSurrogate() }),
                string other => throw new NotSupportedException(other),
                null => throw new NotSupportedException(),
            });
        }
        int[] row = [.. golden.GetProperty("inputs")[0].GetProperty("shape").Longs().Skip(1)
            .Select(length => (int)length)];
        return new(row, golden.GetProperty("T").GetInt32(), new DirectEncoder(), layers,
            golden.GetProperty("classes").GetInt32());
    }

    private static int[] Shape(JsonElement arrays, string layer) =>
        [.. arrays.GetProperty($"{layer}.weight").GetProperty("shape").Longs().Select(length => (int)length)];

    private static void Import(TorchNetwork network, JsonElement arrays)
    {
        using IDisposable noGradient = no_grad();
        foreach (JsonProperty array in arrays.EnumerateObject())
        {
            network.Parameters[array.Name].copy_(Array(array.Value, ScalarType.Float64));
        }
    }

    private static Tensor Array(JsonElement array, ScalarType type) =>
        tensor(array.GetProperty("data").Doubles(), array.GetProperty("shape").Longs(), type);

    private static double[] Values(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
