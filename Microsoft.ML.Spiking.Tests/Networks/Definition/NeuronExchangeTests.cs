using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Tests.Networks.Definition;

[TestClass]
public sealed class NeuronExchangeTests
{
    /// <summary>A layer that keeps its kind of neuron keeps its learned value; another starts at its own.</summary>
    [TestMethod]
    public void Apply_OtherNeurons_KeepsWeightsAndLearnedValuesOfTheSameKind()
    {
        var network = new NetworkDefinition([1], 2, new DirectEncoder(),
            [
                new LinearLayer("linear", 1, 1), new NeuronLayer("kept", new KlifNeuron()),
                new NeuronLayer("dropped", new KlifNeuron()), new NeuronLayer("new", new ClifNeuron()),
                new LinearLayer("output", 1, 2),
            ], 2);
        var weights = new NetworkWeights(network, network.Parameters.Select((spec, index) => new WeightArray(
            spec.Name, spec.Shape, [.. Enumerable.Repeat(index + 5f, (int)spec.Size)])));

        (NetworkDefinition exchanged, NetworkWeights values) = NeuronExchange.Apply(network, weights,
            layer => layer.Name == "dropped" ? new LifNeuron() : new KlifNeuron { Threshold = 2 });

        Assert.AreEqual("KLIF LIF KLIF", string.Join(' ',
            exchanged.AllLayers.OfType<NeuronLayer>().Select(layer => NeuronNames.Of(layer.Neuron))));
        Assert.AreEqual(weights["kept.k"].Values.Span[0], values["kept.k"].Values.Span[0]);
        Assert.AreEqual(1f, values["new.k"].Values.Span[0]);
        Assert.AreEqual(weights["linear.weight"].Values.Span[0], values["linear.weight"].Values.Span[0]);
        Assert.DoesNotContain(spec => spec.Name == "dropped.k", exchanged.Parameters);
    }
}
