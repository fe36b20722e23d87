using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Tests.Networks;

[TestClass]
public sealed class NetworkDefinitionTests
{
    [TestMethod]
    public void Parameters_NestedResidualLayers_ComeInOrder()
    {
        NetworkDefinition network = Define(
            new ConvolutionLayer("a", 1, 2, 1, 1, 0, hasBias: false),
            new ResidualLayer("r",
                [
                    new ConvolutionLayer("b", 2, 2, 1, 1, 0, hasBias: false),
                    new ResidualLayer("inner", [new NeuronLayer("n", new PlifNeuron())], []),
                ],
                [new ConvolutionLayer("c", 2, 2, 1, 1, 0, hasBias: false)]),
            new FlattenLayer("flat"),
            new LinearLayer("d", 32, 2, hasBias: false));

        Assert.AreSequenceEqual(
            ["a.weight", "b.weight", "n.w", "c.weight", "d.weight"],
            network.Parameters.Select(spec => spec.Name).ToArray());
        Assert.AreSequenceEqual(
            ["a", "r", "b", "inner", "n", "c", "flat", "d"], network.AllLayers.Select(layer => layer.Name).ToArray());
    }

    [TestMethod]
    public void Create_NameUsedInAndOutsideOfABlock_IsRefused()
    {
        string message = Assert.ThrowsExactly<NetworkDefinitionException>(() => Define(
            new FlattenLayer("twin"),
            new ResidualLayer("r", [new LinearLayer("twin", 16, 16)], []),
            new LinearLayer("output", 16, 2))).Message;

        Assert.Contains("'twin'", message);
    }

    [TestMethod]
    public void Create_NullInsideABlock_IsRefused() =>
        Assert.ThrowsExactly<NetworkDefinitionException>(() => Define(
            new FlattenLayer("flat"), new ResidualLayer("r", [null!], []), new LinearLayer("output", 16, 2)));

    [TestMethod]
    public void Create_ImageAtTheEnd_IsRefused() =>
        Assert.Contains("2 classes", Assert.ThrowsExactly<NetworkDefinitionException>(
            () => Define(new ConvolutionLayer("c", 1, 2, 4, 1, 0))).Message);

    [TestMethod]
    public void Create_TimeAxis_IsPartOfTheRowAndNothingIsConstant()
    {
        var network = new NetworkDefinition([2, 3, 3], timeSteps: 5, new DirectEncoder(),
            [new FlattenLayer("flat"), new LinearLayer("output", 18, 2)], classCount: 2, hasTimeAxis: true);

        Assert.AreSequenceEqual([5, 2, 3, 3], network.RowShape.ToArray());
        Assert.AreEqual(90, network.InputSize);
        Assert.AreEqual(SignalKind.Graded, network.InputSignal.Kind);
        Assert.AreEqual(18, network.InputSignal.Size);
    }

    private static NetworkDefinition Define(params Layer[] layers) => new([1, 4, 4], 2, new DirectEncoder(), layers, 2);
}
