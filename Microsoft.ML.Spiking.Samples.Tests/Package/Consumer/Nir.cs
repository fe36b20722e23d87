using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Interchange;

namespace Consumer;

/// <summary>Weights of a text file's making, to NIR and back.</summary>
internal static class Nir
{
    private static readonly float[] Values = [1, -1, -1, 1, 1, 1, 0, 0, 0, 1, -1, 0, -1, 1, 0, 0.1f, -0.1f];

    public static void WriteAndRead()
    {
        byte[] header = """
            {"fc1.weight":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},
             "fc1.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]},
             "output.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[36,60]},
             "output.bias":{"dtype":"F32","shape":[2],"data_offsets":[60,68]}}
            """u8.ToArray();
        File.WriteAllBytes("w.safetensors",
            [.. BitConverter.GetBytes((long)header.Length), .. header, .. Values.SelectMany(BitConverter.GetBytes)]);
        var model = SpikingModelParameters.FromSafetensors("w.safetensors", new Mlp(3), WeightNames.Unchanged, new()
        {
            InputShape = [2],
            TimeSteps = 4,
            Neuron = new LifNeuron { ResetPotential = 0 },
        });
        NirFile.Export(model, "network.nir");
        var ml = new MLContext();
        IDataView data = ml.Data.LoadFromEnumerable(
            new[] { new Point { Features = [3, 0] }, new Point { Features = [0, 3] } });
        foreach (SpikingModelParameters read in new[] { model, NirFile.Import("network.nir", new() { TimeSteps = 4 }) })
        {
            IDataView scored = read.CreateTransformer(ml, ["left", "right"]).Transform(data);
            IDataView named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
            Console.WriteLine(string.Join(' ',
                ml.Data.CreateEnumerable<Prediction>(named, reuseRowObject: false).Select(row => row.PredictedLabel)));
        }
    }
}

/// <summary>A row of two features.</summary>
internal sealed class Point
{
    [VectorType(2)]
    public float[] Features { get; set; } = [];
}
