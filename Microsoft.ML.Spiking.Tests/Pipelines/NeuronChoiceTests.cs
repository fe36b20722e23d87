using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Every neuron, from the options to a model that another context loads.</summary>
[TestClass]
public sealed class NeuronChoiceTests
{
    public static IEnumerable<object[]> Neurons =>
    [
        [new ClifNeuron { MembraneTimeConstant = 1.5 }],
        [new LifNeuron { ResetPotential = -0.1 }],
        [new PlifNeuron { DecayInput = true, Threshold = 0.5 }],
        [new KlifNeuron { ScaleReset = true, Surrogate = new AtanSurrogate() }],
        [new IfNeuron { DetachReset = true }],
        [new ReluNeuron()],
        [new FirstSpikeNeuron { Window = 4, ClockBits = 8 }],
        [new BurstNeuron { Threshold = 0.5, MaximumSpikes = 3 }],
    ];

    [TestMethod]
    [DynamicData(nameof(Neurons))]
    public void SaveAndLoad_EveryNeuron_GivesTheSameNeuronAndScores(object neuron)
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        SpikingPredictionTransformer trained = Flowers.Fit(ml, data, options =>
        {
            options.Neuron = (NeuronDefinition)neuron;
            options.TimeSteps = neuron is ReluNeuron or FirstSpikeNeuron ? 1 : 3;
            options.Epochs = 15;
        });
        using var zip = new MemoryStream();
        ml.Model.Save(trained, data.Schema, zip);
        zip.Position = 0;

        ITransformer loaded = new MLContext().Model.Load(zip, out _);

        Assert.AreEqual(neuron, ((SpikingPredictionTransformer)loaded).Model.Network.Layers
            .OfType<Microsoft.ML.Spiking.Networks.NeuronLayer>().Single().Neuron);
        Assert.AreSequenceEqual(Scores(trained, data), Scores(loaded, data));
        Assert.IsGreaterThan(0.9, ml.MulticlassClassification.Evaluate(loaded.Transform(data)).MicroAccuracy);
    }

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(row => row)];
}
