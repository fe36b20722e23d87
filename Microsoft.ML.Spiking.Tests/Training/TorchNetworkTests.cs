using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class TorchNetworkTests
{
    private const int Rows = 4;

    private static readonly ForwardPass Training = new() { IsTraining = true, Seed = 3, Epoch = 1 };

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    public static IEnumerable<NetworkTemplate> Templates =>
    [
        new Mlp(6),
        new ConvNet(3, 4),
        new NetworkBuilder() // a residual block before the first neuron, and all kinds of layers after it
            .Residual(main => main.Convolution(4, 3, padding: 1).BatchNorm(), shortcut => shortcut.Convolution(4, 1))
            .BatchNorm().Neuron()
            .Residual(main => main.Convolution(4, 3, padding: 1).BatchNorm().Neuron().Dropout()
                .Convolution(4, 3, padding: 1))
            .MaxPool(3, stride: 1, padding: 1).AveragePool(2).AdaptiveAveragePool(3).Flatten().Linear(9).BatchNorm()
            .Neuron(new PlifNeuron()).Build(),
        new NetworkBuilder() // a constant signal is added to one that changes
            .Convolution(4, 3, padding: 1)
            .Residual(main => main.Neuron().Convolution(4, 3, padding: 1)).Neuron().Build(),
        // constant to the end
        new NetworkBuilder().Convolution(4, 3).MaxPool(2).AveragePool(2).Dropout().Flatten().Build(),
    ];

    [TestMethod]
    [DynamicData(nameof(Templates))]
    public void Forward_ConstantInput_EqualsARowThatBringsItsSteps(NetworkTemplate template)
    {
        foreach (BatchNormMode mode in Enum.GetValues<BatchNormMode>())
        {
            NetworkBinding binding = Bindings.Image(2, 9, dropout: 0.25) with { TimeSteps = 3, BatchNorm = mode };
            using DisposeScope scope = NewDisposeScope();
            using TorchNetwork once = Network(template.Bind(binding));
            using TorchNetwork each = Network(template.Bind(binding with { HasTimeAxis = true }));
            Tensor input = Input([Rows, 2, 9, 9]);
            Tensor steps = stack(Enumerable.Repeat(input, 3), 1);

            foreach (ForwardPass pass in new[] { Training, Training with { Epoch = 2 }, ForwardPass.Evaluation })
            {
                Tensor expected = each.Forward(steps, pass);
                Tensor actual = once.Forward(input, pass);
                AssertClose(expected, actual, 1e-10);
                (expected * Input([3, Rows, 3])).sum().backward();
                (actual * Input([3, Rows, 3])).sum().backward();
            }

            foreach ((Tensor expected, Tensor actual) in each.Parameters.All.Zip(once.Parameters.All))
            {
                AssertClose(expected, actual, 1e-10);
            }
            foreach ((Tensor expected, Tensor actual) in each.Parameters.Trained.Zip(once.Parameters.Trained))
            {
                AssertClose(expected.grad!, actual.grad!, 1e-9);
            }
        }
    }

    [TestMethod]
    public void Forward_Residual_AddsItsPaths()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(new([2, 4, 4], 1, new DirectEncoder(),
            [
                new ResidualLayer("r", [new ConvolutionLayer("main", 2, 3, 3, 1, 1)],
                    [new ConvolutionLayer("short", 2, 3, 1, 1, 0)]),
                new AdaptiveAveragePoolLayer("pool", 1),
                new FlattenLayer("flat"),
            ], 3));
        Tensor input = Input([Rows, 2, 4, 4]);

        Tensor actual = network.Forward(input, ForwardPass.Evaluation)[0];

        TorchParameters p = network.Parameters;
        Tensor expected = nn.functional.conv2d(input, p["main.weight"], p["main.bias"], padding: [1, 1])
            .Plus(nn.functional.conv2d(input, p["short.weight"], p["short.bias"])).mean([2, 3]);
        AssertClose(expected, actual, 1e-12);
    }

    [TestMethod]
    public void Forward_Dropout_IsTheSameAtEveryStepAndDiffersBetweenLayers()
    {
        using DisposeScope scope = NewDisposeScope();
        Layer[] layers =
        [
            new ResidualLayer("r", [new DropoutLayer("first", 0.5)], [new DropoutLayer("second", 0.5)]),
            new FlattenLayer("flat"),
        ];
        using TorchNetwork network = Network(new([2, 4, 4], 3, new DirectEncoder(), layers, 32, hasTimeAxis: true));

        Tensor logits = network.Forward(ones([Rows, 3, 2, 4, 4], float64), Training);

        AssertClose(logits[0], logits[1], 0);
        AssertClose(logits[0], logits[2], 0);
        double[] values = [.. logits[0].flatten().data<double>().ToArray().Distinct().Order()];
        Assert.AreSequenceEqual([0, 2, 4], values); // dropped in both, in one, in none
    }

    private static TorchNetwork Network(NetworkDefinition definition)
    {
        var network = new TorchNetwork(definition, CPU, ScalarType.Float64);
        network.Parameters.Import(WeightInitializer.Create(definition, seed: 5));
        return network;
    }

    private static Tensor Input(long[] shape)
    {
        var random = new Random(11);
        double[] values =
            [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b))
                .Select(_ => (6 * random.NextDouble()) - 2)];
        return tensor(values, shape);
    }

    private static void AssertClose(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.AreSequenceEqual(expected.shape, actual.shape);
        Assert.IsLessThanOrEqualTo(tolerance, (expected - actual).abs().max().item<double>());
    }
}
