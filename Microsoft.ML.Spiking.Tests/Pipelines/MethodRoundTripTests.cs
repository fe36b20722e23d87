using System.Globalization;
using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tests.Compatibility;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Each way to train and to code, in a pipeline that is saved and scores in a process of its own.</summary>
[TestClass]
public sealed class MethodRoundTripTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<(string Name, Action<SpikingClifTrainer.Options> Change)> Methods =>
    [
        ("spike representation", o => (o.Neuron, o.Gradient) =
            (new IfNeuron { InitialPotential = 0.5 }, new SpikeRepresentationGradient { LearnThreshold = true })),
        ("first spikes", o => (o.Neuron, o.TimeSteps, o.Conversion) =
            (new ReluNeuron(), 1, new FirstSpikeConversion { ClockBits = 6, FineTuneEpochs = 1 })),
        ("counts", o => (o.Neuron, o.TimeSteps, o.Conversion) =
            (new ReluNeuron(), 1, new CountConversion { FineTuneEpochs = 1 })),
        ("gated recurrence", o => (o.Network, o.InputShape) = (new SpikingRecurrent(12), [2, 2])),
        ("recurrent CLIF", o => (o.Network, o.InputShape) = (new RecurrentMlp(12), [2, 2])),
        ("feedback", o => o.Network = new FeedbackMlp(12)),
        ("early exit", _ => { }),
    ];

    [TestMethod]
    [DynamicData(nameof(Methods))]
    public void Save_PipelineOfAMethod_ScoresInAnotherProcessAsHere(
        string name, Action<SpikingClifTrainer.Options> change)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        change(options);
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows());
        TransformerChain<ITransformer> model = _ml.Transforms.NormalizeMinMax("Features")
            .Append(_ml.Transforms.Conversion.MapValueToKey("Label"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(options))
            .Append((IEstimator<ITransformer>)_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(data);
        if (name == "early exit")
        {
            var network = (SpikingPredictionTransformer)model.ElementAt(2);
            network.Model.ChangeEarlyExit(new EarlyExit { Confidence = 0.8 });
        }
        using var folder = new TemporaryFolder();
        string zip = Path.Combine(folder.Path, "model.zip");
        _ml.Model.Save(model, data.Schema, zip);
        List<Flower> rows = Flowers.Rows(30, seed: 2);
        IDataView scored = model.Transform(_ml.Data.LoadFromEnumerable(rows));
        string[] labels = [.. scored.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(text => $"{text}")];
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        string program = typeof(MethodRoundTripTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "PredictSample").Value!;

        (int exitCode, string output) = ProgramRun.Of("dotnet", [program, zip], string.Join('\n', rows.Select(row =>
            string.Join(' ', row.Features.Select(value => value.ToString("R", CultureInfo.InvariantCulture))))));

        Assert.AreEqual(0, exitCode, output);
        (string Label, float[] Scores)[] there =
            [.. SavedModelTests.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.AreSequenceEqual(labels, there.Select(row => row.Label));
        Assert.AreSequenceEqual(scores.SelectMany(row => row), there.SelectMany(row => row.Scores));
        Assert.IsGreaterThan(24, labels.Zip(rows).Count(pair => pair.First == pair.Second.Label), name);
    }
}
