using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class WeightInitializerTests
{
    [TestMethod]
    [DataRow(WeightDistribution.Uniform, 1, 0.0340)] // 1 / sqrt(3 fan-in), of 32 9
    [DataRow(WeightDistribution.Uniform, 4, 0.0680)]
    [DataRow(WeightDistribution.FanOutNormal, 1, 0.0589)] // sqrt(2 / fan-out), of 64 9
    [DataRow(WeightDistribution.SmallNormal, 1, 0.01)]
    public void Create_Convolution_HasTheDeviationOfItsDistribution(
        WeightDistribution distribution, int groups, double deviation)
    {
        float[] weight = Weights(new ConvolutionLayer("c", 32, 64, kernel: 3, stride: 1, padding: 0, groups)
        {
            InitialWeights = distribution,
        })["c.weight"].Values.ToArray();

        Assert.AreEqual(deviation, Math.Sqrt(weight.Average(value => (double)value * value)), 0.03 * deviation);
        Assert.AreEqual(0, weight.Average(), 0.05 * deviation);
    }

    [TestMethod]
    public void Create_Bias_IsUniformOrZero()
    {
        NetworkWeights weights = Weights(
            new ConvolutionLayer("c", 32, 64, kernel: 3, stride: 1, padding: 0),
            new ConvolutionLayer("z", 64, 64, kernel: 1, stride: 1, padding: 0) { ZeroBias = true });

        float[] bias = weights["c.bias"].Values.ToArray();
        Assert.IsLessThanOrEqualTo(1 / Math.Sqrt(288), bias.Max(Math.Abs));
        Assert.IsGreaterThan(0.8 / Math.Sqrt(288), bias.Max(Math.Abs));
        Assert.IsTrue(weights["z.bias"].Values.ToArray().All(value => value == 0));
    }

    [TestMethod]
    public void Create_BatchNormInABlock_StartsAsNoChange()
    {
        NetworkWeights weights = Weights(
            new ConvolutionLayer("c", 32, 64, kernel: 3, stride: 1, padding: 0),
            new ResidualLayer("r", [new BatchNormLayer("b", 64), new NeuronLayer("n", new PlifNeuron())], []));

        Assert.IsTrue(weights["b.weight"].Values.ToArray().All(value => value == 1));
        Assert.IsTrue(weights["b.running_var"].Values.ToArray().All(value => value == 1));
        Assert.IsTrue(weights["b.bias"].Values.ToArray().All(value => value == 0));
        Assert.IsTrue(weights["b.running_mean"].Values.ToArray().All(value => value == 0));
        Assert.AreEqual(0, weights["n.w"].Values.Span[0]); // 1/tau = sigmoid(w) = 1/2
    }

    [TestMethod]
    public void Create_SameSeedOtherNeuron_GivesTheSameWeightsAndBiases()
    {
        NetworkDefinition Network(NeuronDefinition neuron) => new ConvNet(4, 8).Bind(
            new NetworkBinding([1, 8, 8], ClassCount: 3, TimeSteps: 2, new DirectEncoder(), neuron, Dropout: 0));
        NetworkDefinition expectedNetwork = Network(new ClifNeuron());
        NetworkWeights expected = WeightInitializer.Create(expectedNetwork, seed: 5);
        ParameterSpec[] shared = [.. expectedNetwork.Parameters];
        Assert.IsNotEmpty(shared.Where(spec => spec.Role == ParameterRole.Weight));

        NeuronDefinition[] others =
            [new LifNeuron(), new PlifNeuron(), new KlifNeuron(), new IfNeuron(), new ReluNeuron()];
        foreach (NeuronDefinition other in others)
        {
            NetworkWeights weights = WeightInitializer.Create(Network(other), seed: 5);
            foreach (ParameterSpec spec in shared)
            {
                Assert.AreSequenceEqual(
                    expected[spec.Name].Values.ToArray(), weights[spec.Name].Values.ToArray(), $"{other} {spec.Name}");
            }
        }
    }

    [TestMethod]
    public void Create_ArraysOfOneShape_DifferFromEachOtherAndFromOtherSeeds()
    {
        NetworkDefinition network = new Mlp(16, 16, 16).Bind(
            new NetworkBinding([16], ClassCount: 2, TimeSteps: 2, new DirectEncoder(), new LifNeuron(), Dropout: 0));
        float[][] squares = [.. new[] { 1, 2 }.SelectMany(seed => WeightInitializer.Create(network, seed))
            .Where(array => array.Values.Length == 256).Select(array => array.Values.ToArray())];

        Assert.HasCount(6, squares);
        Assert.HasCount(6, squares.Select(values => values[0]).Distinct());
    }

    private static NetworkWeights Weights(params Layer[] layers) => WeightInitializer.Create(
        new([32, 3, 3], 1, new DirectEncoder(), [.. layers, new FlattenLayer("flat"), new LinearLayer("output", 64, 2)],
            2), seed: 9);
}
