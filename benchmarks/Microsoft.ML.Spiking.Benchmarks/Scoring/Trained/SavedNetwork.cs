using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>A network and its rows in a folder, for other processes.</summary>
internal sealed class SavedNetwork : IDisposable
{
    private const string DefinitionFile = "network.json";
    private const string WeightsFile = "weights.safetensors";
    private const string RowsFile = "rows.bin";
    private const string ModelFile = "model.zip";
    private const int SavedRows = 200;

    public SavedNetwork(TrainedDigits digits)
    {
        TrainedNetwork network = digits.Network;
        File.WriteAllBytes(Path.Combine(Folder, DefinitionFile), DefinitionJson.Write(network.Definition));
        using (FileStream stream = File.Create(Path.Combine(Folder, WeightsFile)))
        {
            SafetensorsWriter.Write(stream, network.Weights);
        }
        float[] rows = [.. network.Rows.Take(SavedRows).SelectMany(row => row)];
        File.WriteAllBytes(Path.Combine(Folder, RowsFile), MemoryMarshal.AsBytes<float>(rows).ToArray());
        var ml = new MLContext();
        ml.Model.Save(digits.Model, ml.Data.LoadFromEnumerable(digits.Test.Take(1)).Schema, ModelIn(Folder));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("spiking-benchmark-").FullName;

    /// <summary>The model zip.</summary>
    public static string ModelIn(string folder) => Path.Combine(folder, ModelFile);

    /// <summary>The network, read without ML.NET.</summary>
    public static (NetworkDefinition Definition, NetworkWeights Weights) Load(string folder)
    {
        using FileStream definition = File.OpenRead(Path.Combine(folder, DefinitionFile));
        using FileStream weights = File.OpenRead(Path.Combine(folder, WeightsFile));
        NetworkDefinition network = DefinitionJson.Read(definition);
        return (network, SafetensorsReader.Read(weights, network, weights.Length));
    }

    /// <summary>The rows, each its features.</summary>
    public static float[][] Rows(string folder, int size) =>
        [.. MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(folder, RowsFile))).ToArray().Chunk(size)];

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
