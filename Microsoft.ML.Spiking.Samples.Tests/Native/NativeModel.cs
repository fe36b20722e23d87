using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Samples.Tests.Native;

/// <summary>Models of every kind that are scored without ML.NET, and their scores in ML.NET.</summary>
internal static class NativeModel
{
    public static readonly string[] Classes = ["zero", "one", "two"];

    /// <summary>Returns a network of a kind with weights from a seed.</summary>
    public static SpikingModelParameters Network(string kind, int classes = 3)
    {
        NetworkBinding binding = new([6], classes, TimeSteps: 4, new DirectEncoder(), new ClifNeuron(), Dropout: 0);
        return kind switch
        {
            "vector" => Drawn(new Mlp(12, 8).Bind(binding)),
            "image" => Drawn(new ConvNet(5, 6).Bind(binding with { InputShape = [3, 8, 4] })),
            "interleaved" => Drawn(new ConvNet(5, 6).Bind(
                binding with { InputShape = [3, 8, 4], PixelOrder = PixelOrder.Interleaved })),
            "series" => Drawn(new Mlp(12).Bind(binding with { HasTimeAxis = true })),
            "interleaved series" => Drawn(new ConvNet(5, 6).Bind(binding with
            {
                InputShape = [3, 8, 4],
                HasTimeAxis = true,
                PixelOrder = PixelOrder.Interleaved,
            })),
            "gated" => Drawn(new SpikingRecurrent(8).Bind(binding with { HasTimeAxis = true })),
            "digits" => Drawn(new Mlp(48, 32).Bind(binding with { InputShape = [784] }), firstScale: 0.005f),
            "exit" => Exiting(Drawn(new Mlp(12, 8).Bind(binding))),
            _ => throw new ArgumentException(kind),
        };
    }

    /// <summary>Saves a network behind no transforms.</summary>
    public static void Save(SpikingModelParameters network, string path)
    {
        var ml = new MLContext();
        ITransformer model = network.CreateTransformer(ml, Classes);
        ml.Model.Save(model, Data(ml, [], network.Network.FeatureShape).Schema, path);
    }

    /// <summary>Returns rows of values from 0 to 2.</summary>
    public static float[][] Rows(int count, int size)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(_ =>
            Enumerable.Range(0, size).Select(_ => 2 * random.NextSingle()).ToArray())];
    }

    /// <summary>Returns what ML.NET predicts with a saved model.</summary>
    public static Answer[] Answers(string path, float[][] rows)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(path, out DataViewSchema saved);
        IReadOnlyList<int> shape = ((VectorDataViewType)saved["Features"].Type).Dimensions;
        IDataView scored = model.Transform(Data(ml, rows, shape));
        return [.. scored.GetColumn<float[]>("Score").Zip(Predicted(ml, scored),
            (score, label) => new Answer { Score = score, PredictedLabel = label })];
    }

    private static IEnumerable<string> Predicted(MLContext ml, IDataView scored)
    {
        IDataView named = scored.Schema["PredictedLabel"].Type is TextDataViewType ? scored
            : ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        return named.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(label => label.ToString());
    }

    private static IDataView Data(MLContext ml, float[][] rows, IReadOnlyList<int> shape)
    {
        SchemaDefinition type = SchemaDefinition.Create(typeof(SampleRow));
        type["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape.ToArray());
        return ml.Data.LoadFromEnumerable(
            rows.Select(row => new SampleRow { Features = row, Label = Classes[0] }), type);
    }

    private static SpikingModelParameters Drawn(NetworkDefinition network, float firstScale = 1)
    {
        var random = new Random(3);
        float[] Values(int count, float scale) =>
            [.. Enumerable.Range(0, count).Select(_ => scale * ((2 * random.NextSingle()) - 0.8f))];
        return new(network, new NetworkWeights(network, network.Parameters.Select((array, index) => new WeightArray(
            array.Name, array.Shape, Values((int)array.Size, index == 0 ? firstScale : 1)))));
    }

    private static SpikingModelParameters Exiting(SpikingModelParameters network)
    {
        network.ChangeEarlyExit(new EarlyExit { Confidence = 0.6 });
        return network;
    }
}
