using System.Collections;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Networks.Definition;

[TestClass]
public sealed class NetworkWeightsTests
{
    private static readonly NetworkDefinition Network =
        new([2], 1, new DirectEncoder(), [new LinearLayer("fc", 2, 2)], 2);

    public static IEnumerable<(WeightArray[] Arrays, string Sentence)> Faults =>
    [
        ([Weight(), Bias(), Bias()], "The array 'fc.bias' is given twice."),
        ([Weight()], "The array 'fc.bias' is missing."),
        ([Weight(), new("fc.bias", [1, 2], new float[2])],
            "The array 'fc.bias' has the shape [1, 2]; the network needs [2]."),
        ([Weight(), new("fc.bits", [1], new float[1]), Bias()], "The array 'fc.bits' is not part of the network."),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void Create_ArraysOfAnotherNetwork_SaysWhichIsWrong(WeightArray[] arrays, string sentence) =>
        Assert.AreEqual(sentence, Assert.ThrowsExactly<NetworkDefinitionException>(
            () => new NetworkWeights(Network, arrays)).Message);

    [TestMethod]
    public void Create_ArraysInAnotherOrder_AreInThatOfTheDefinition()
    {
        WeightArray weight = Weight(), bias = Bias();
        var weights = new NetworkWeights(Network, [bias, weight]);

        Assert.HasCount(2, weights);
        Assert.AreSame(weight, weights[0]);
        Assert.AreSame(bias, weights[1]);
        Assert.AreSame(bias, weights["fc.bias"]);
        Assert.IsTrue(weights.TryGet("fc.weight", out WeightArray? found));
        Assert.AreSame(weight, found);
        Assert.IsFalse(weights.TryGet("fc.bits", out _));
        Assert.AreSequenceEqual([weight, bias], weights.ToArray());
        Assert.AreSequenceEqual(new object[] { weight, bias }, ((IEnumerable)weights).Cast<object>().ToArray());
    }

    [TestMethod]
    public void WeightArray_ValuesThatAreNotOfTheShape_SaysBoth() => Assert.AreEqual(
        "'a' of shape [2, 3] needs 6 values and is given 5.",
        Assert.ThrowsExactly<ArgumentException>(() => new WeightArray("a", [2, 3], new float[5])).Message);

    [TestMethod]
    public void Named_OtherName_KeepsShapeAndValues()
    {
        WeightArray weight = Weight();
        WeightArray named = weight.Named("other");

        Assert.AreEqual("other", named.Name);
        Assert.AreSequenceEqual([2, 2], named.Shape.ToArray());
        Assert.AreSame(weight.Array, named.Array);
        Assert.AreEqual(4f, named.Values.Span[3]);
    }

    private static WeightArray Weight() => new("fc.weight", [2, 2], [1, 2, 3, 4]);

    private static WeightArray Bias() => new("fc.bias", [2], [5, 6]);
}
