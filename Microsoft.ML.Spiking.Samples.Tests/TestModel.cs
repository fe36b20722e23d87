using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Samples.Tests;

/// <summary>
/// Pipelines as users save them: label to key, normalization, network, key to label. The network's weights are drawn
/// from a seed instead of trained, because training needs libtorch, which these tests must not need.
/// </summary>
internal static class TestModel
{
    public const int FeatureCount = 6;

    /// <summary>The labels; one needs quotation marks in a CSV file.</summary>
    public static readonly string[] Classes = ["a", "b, or so", "c"];

    /// <summary>Saves the model of a seed.</summary>
    public static void Save(string path, int seed)
    {
        var ml = new MLContext(seed);
        IDataView data = ml.Data.LoadFromEnumerable(Rows(30, seed: 1));
        var before = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.Transforms.NormalizeMinMax("Features"))
            .Fit(data);
        IDataView keyed = before.Transform(data);
        var network = new SpikingPredictionTransformer(ml, Network(seed), keyed.Schema,
            new TrainerColumnNames("Features", "Label", Weight: null, "PredictedLabel", "Score"));
        ITransformer after = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(keyed));
        ml.Model.Save(new Data.TransformerChain<ITransformer>(before, network, after), data.Schema, path);
    }

    /// <summary>Returns rows from a seed, with the labels in turn.</summary>
    public static SampleRow[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(i => new SampleRow
            {
                Features = [.. Enumerable.Range(0, FeatureCount).Select(_ => MathF.Round(random.NextSingle() / 2, 4))],
                Label = Classes[i % Classes.Length],
            }),
        ];
    }

    /// <summary>Returns the saved model's predictions, obtained as in ML.NET's documentation.</summary>
    public static Answer[] Answers(string path, SampleRow[] rows)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(path, out _);
        return [.. ml.Data.CreateEnumerable<Answer>(model.Transform(ml.Data.LoadFromEnumerable(rows)),
            reuseRowObject: false)];
    }

    private static SpikingModelParameters Network(int seed)
    {
        NetworkDefinition network = new Mlp(12, 8).Bind(
            new NetworkBinding(
                [FeatureCount], Classes.Length, TimeSteps: 4, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        var random = new Random(seed);
        return new SpikingModelParameters(network, new NetworkWeights(network, network.Parameters.Select(array =>
            new WeightArray(array.Name, array.Shape,
                [.. Enumerable.Range(0, (int)array.Size).Select(_ => (4 * random.NextSingle()) - 2)]))));
    }
}
