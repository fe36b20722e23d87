using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.TorchLayers;

[TestClass]
public sealed class TorchBatchNormTests
{
    private const int Steps = 4;
    private const int Rows = 5;
    private const int Channels = 3;
    private const double Tolerance = 1e-12;

    private static readonly ForwardPass Training = new() { IsTraining = true };

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(BatchNormMode.PerTimeStep)]
    [DataRow(BatchNormMode.AcrossTime)]
    public void Forward_ConstantInput_EqualsItsCopiesAtEveryStep(BatchNormMode mode)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (long[] shape in new long[][] { [Rows, Channels], [Rows, Channels, 2, 3] })
        {
            using TorchParameters once = Parameters(mode), each = Parameters(mode);
            Tensor input = Input(shape).requires_grad_();
            Tensor copied = input.detach().requires_grad_();
            Tensor upstream = Input([Steps, .. shape]);
            for (int batch = 0; batch < 3; batch++)
            {
                TorchSignal result = Layer(mode, once).Forward(new(input, IsConstant: true), Training);
                TorchSignal expected = Layer(mode, each)
                    .Forward(new(stack(Enumerable.Repeat(copied, Steps)), IsConstant: false), Training);

                Assert.IsTrue(result.IsConstant);
                AssertClose(expected.Values, stack(Enumerable.Repeat(result.Values, Steps)));
                (result.Values * upstream).sum().backward();
                (expected.Values * upstream).sum().backward();
            }
            AssertClose(copied.grad!, input.grad!);
            foreach ((Tensor left, Tensor right) in each.All.Zip(once.All))
            {
                AssertClose(left, right);
            }
            foreach ((Tensor left, Tensor right) in each.Trained.Zip(once.Trained))
            {
                AssertClose(left.grad!, right.grad!);
            }
        }
    }

    [TestMethod]
    public void Forward_PerTimeStep_NormalizesEveryStepAndMovesTheStatisticsAtEach()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchParameters parameters = Parameters(BatchNormMode.PerTimeStep);
        Tensor input = Input([Steps, Rows, Channels, 2, 2]);

        Tensor result =
            Layer(BatchNormMode.PerTimeStep, parameters).Forward(new(input, IsConstant: false), Training).Values;

        Tensor mean = zeros([Channels], float64), variance = ones([Channels], float64);
        for (int t = 0; t < Steps; t++)
        {
            Tensor values = input[t].transpose(0, 1).flatten(1); // [channels, rows and places]
            Tensor own = values.mean([1], keepdim: true);
            Tensor expected = (values - own) / values.var(1, unbiased: false, keepdim: true).Plus(1e-5).sqrt();
            AssertClose(expected, result[t].transpose(0, 1).flatten(1));
            mean = mean.Times(0.9).Plus(own.flatten(), 0.1);
            variance = variance.Times(0.9).Plus(values.var(1), 0.1);
        }
        AssertClose(mean, parameters["norm.running_mean"]);
        AssertClose(variance, parameters["norm.running_var"]);
    }

    [TestMethod]
    public void Forward_AcrossTime_TakesTheStatisticsOfAllSteps()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchParameters parameters = Parameters(BatchNormMode.AcrossTime);
        Tensor input = Input([Steps, Rows, Channels]);

        Tensor result =
            Layer(BatchNormMode.AcrossTime, parameters).Forward(new(input, IsConstant: false), Training).Values;

        Tensor values = input.flatten(0, 1);
        AssertClose((values - values.mean([0])) / values.var(0, unbiased: false).Plus(1e-5).sqrt(),
            result.flatten(0, 1));
        AssertClose(values.mean([0]).Times(0.1), parameters["norm.running_mean"]);
        AssertClose(values.var(0).Times(0.1).Plus(0.9), parameters["norm.running_var"]); // divided by T N - 1
    }

    [TestMethod]
    public void Forward_Evaluation_IsOneAffineOfTheRunningStatistics()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchParameters parameters = Parameters(BatchNormMode.PerTimeStep);
        using (no_grad())
        {
            foreach (Tensor array in parameters.All)
            {
                array.copy_(Input([Channels]).abs());
            }
        }
        Tensor input = Input([1, 1, Channels]);

        Tensor result = Layer(BatchNormMode.PerTimeStep, parameters)
            .Forward(new(input, IsConstant: false), ForwardPass.Evaluation).Values;

        Tensor scale = parameters["norm.weight"] / parameters["norm.running_var"].Plus(1e-5).sqrt();
        AssertClose(((input - parameters["norm.running_mean"]) * scale).Plus(parameters["norm.bias"]), result);
    }

    [TestMethod]
    public void Forward_SingleValueOfAChannel_SaysWhyInOneSentence()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchParameters parameters = Parameters(BatchNormMode.PerTimeStep);

        string message =
            Assert.ThrowsExactly<InvalidOperationException>(() => Layer(BatchNormMode.PerTimeStep, parameters)
            .Forward(new(Input([Steps, 1, Channels]), IsConstant: false), Training)).Message;

        Assert.Contains("Layer 'norm'", message);
        Assert.Contains("at least two values of each channel", message);
    }

    /// <summary>Values far from 0, whose mean bfloat16 has no digits for.</summary>
    [TestMethod]
    public void Forward_SharedStatisticsOfBFloat16_AreComputedInFloat32()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchParameters parameters = Parameters(BatchNormMode.PerTimeStep, ScalarType.Float32);
        float[] values = [.. Enumerable.Range(0, Steps * Rows * Channels).Select(i => 100 + (i * 7 % 11 * 0.5f))];
        Tensor wide = tensor(values, [Steps, Rows, Channels]), input = wide.to_type(ScalarType.BFloat16);
        Tensor expected = stack(Enumerable.Range(0, Steps)
            .Select(step => nn.functional.batch_norm(wide[step], null, null, training: true)));

        Tensor found = Layer(BatchNormMode.PerTimeStep, parameters)
            .Forward(new(input, IsConstant: false), Training with { Statistics = new OneProcess() }).Values;

        Assert.AreEqual(ScalarType.BFloat16, found.dtype);
        Assert.IsLessThan(0.01f, (expected - found.to_type(ScalarType.Float32)).abs().max().item<float>());
    }

    private static TorchBatchNorm Layer(BatchNormMode mode, TorchParameters parameters) =>
        new(new("norm", Channels, mode), Steps, parameters);

    private static TorchParameters Parameters(BatchNormMode mode, ScalarType type = ScalarType.Float64)
    {
        var definition = new NetworkDefinition(
            [Channels], Steps, new DirectEncoder(), [new BatchNormLayer("norm", Channels, mode)], Channels);
        var parameters = new TorchParameters(definition, CPU, type);
        parameters.Import(WeightInitializer.Create(definition, seed: 1));
        return parameters;
    }

    private static Tensor Input(long[] shape)
    {
        var random = new Random(7);
        double[] values =
            [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                .Select(_ => (3 * random.NextDouble()) - 1)];
        return tensor(values, shape);
    }

    private static void AssertClose(Tensor expected, Tensor actual)
    {
        Assert.AreSequenceEqual(expected.shape, actual.shape);
        Assert.IsLessThanOrEqualTo(Tolerance, (expected - actual).abs().max().item<double>());
    }

    private sealed class OneProcess : ISharedSums
    {
        public Tensor Sum(Tensor values) => values;
    }
}
