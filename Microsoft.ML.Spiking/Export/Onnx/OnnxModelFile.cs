using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>A network as an ONNX model of its own: features in, a prediction out.</summary>
/// <param name="Features">The name of the input.</param>
/// <param name="Label">The name of the predicted label.</param>
/// <param name="Score">The name of the scores.</param>
/// <param name="Probability">The name of the probability; null unless the label is a Boolean.</param>
/// <param name="Classes">The texts of the classes in the order of the scores; null where there are none.</param>
internal sealed record OnnxModelFile(
    string Features, string Label, string Score, string? Probability, IReadOnlyList<string>? Classes)
{
    private const string Producer = "Microsoft.ML.Spiking";

    /// <summary>Gets the most bytes of a file: protocol buffers end there; readers count in 32 bits.</summary>
    public long LargestFile { get; init; } = int.MaxValue;

    /// <summary>Gets whether the spikes of each layer of neurons are outputs, too.</summary>
    public bool HasSpikeCounts { get; init; }

    /// <summary>Gets the precision of the weights.</summary>
    public OnnxWeightPrecision Precision { get; init; }

    /// <summary>Gets the name of the output that holds the predicted label as text.</summary>
    public string LabelText => $"{Label}Text";

    /// <summary>Writes the model to a file; a file that cannot be written in full is removed.</summary>
    /// <exception cref="NotSupportedException">
    /// A layer, neuron or encoder has no form in ONNX, a weight none in the precision, or the model is larger than the
    /// format allows.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string path, NetworkDefinition network, NetworkWeights weights)
    {
        ProtoMessage model = Model(network, weights);
        try
        {
            using FileStream stream = File.Create(path);
            try
            {
                model.WriteTo(stream);
            }
            catch
            {
                stream.Dispose();
                File.Delete(path);
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"The model was not exported: '{path}' could not be written: {exception.Message}", exception);
        }
    }

    /// <summary>Writes the model to a stream, which stays open.</summary>
    /// <exception cref="NotSupportedException">
    /// A layer, neuron or encoder has no form in ONNX, a weight none in the precision, or the model is larger than the
    /// format allows.
    /// </exception>
    public void Write(Stream stream, NetworkDefinition network, NetworkWeights weights) =>
        Model(network, weights).WriteTo(stream);

    private ProtoMessage Model(NetworkDefinition network, NetworkWeights weights)
    {
        int size = Precision switch
        {
            OnnxWeightPrecision.Int8 => sizeof(sbyte),
            OnnxWeightPrecision.Float16 => sizeof(short),
            _ => sizeof(float),
        };
        long bytes = weights.Sum(array => (long)array.Values.Length * size);
        if (bytes > LargestFile)
        {
            throw TooLarge(bytes);
        }
        var graph = new OnnxFileGraph();
        graph.Input(Features, ElementType.Single, network.FeatureShape);
        var builder = new GraphBuilder(graph, "network");
        List<SpikeCount>? counts = HasSpikeCounts ? [] : null;
        PredictionGraph prediction =
            PredictionGraph.Add(builder, network, weights, Features, Probability is not null, counts, Precision);
        builder.Name(prediction.Label, Label);
        builder.Name(prediction.Score, Score);
        graph.Output(Label, Probability is null ? ElementType.UInt32 : ElementType.Boolean, 1);
        graph.Output(Score, ElementType.Single, Probability is null ? network.ClassCount : 1);
        if (Probability is not null)
        {
            builder.Name(prediction.Probability!, Probability);
            graph.Output(Probability, ElementType.Single, 1);
        }
        else if (Classes is not null)
        {
            builder.Name(builder.Texts(prediction.LabelNumber!, Classes), LabelText);
            graph.Output(LabelText, ElementType.Text, 1);
        }
        foreach (SpikeCount count in counts ?? [])
        {
            string name = $"Spikes.{count.Layer}";
            builder.Name(count.Value, name);
            graph.Output(name, ElementType.Single, count.Shape);
        }
        ProtoMessage model = new ProtoMessage()
            .Add(1, OperatorSets.FormatVersion)
            .Add(2, Producer)
            .Add(3, Version())
            .Add(4, Producer)
            .Add(5, 1)
            .Add(6, "The scored function of a spiking network: features in, a prediction out.")
            .Add(7, graph.End(Producer))
            .Add(8, OperatorSet("", OperatorSets.Version))
            .Add(8, OperatorSet(OperatorSets.MachineLearning, OperatorSets.MachineLearningVersion));
        foreach ((string key, string value) in Metadata(network))
        {
            model.Add(14, new ProtoMessage().Add(1, key).Add(2, value));
        }
        return model.Length > LargestFile ? throw TooLarge(model.Length) : model;
    }

    /// <summary>Returns the file's metadata, with the network's whole definition.</summary>
    private IEnumerable<(string Key, string Value)> Metadata(NetworkDefinition network)
    {
        yield return ("spiking.library_version", Version());
        yield return ("spiking.time_steps", FormattableString.Invariant($"{network.TimeSteps}"));
        yield return ("spiking.neurons", string.Join(", ", network.AllLayers.OfType<NeuronLayer>()
            .Select(layer => layer.Neuron.GetType().Name).Distinct()));
        yield return ("spiking.encoder", network.Encoder.GetType().Name);
        yield return ("spiking.weight_precision", Precision.ToString());
        yield return ("spiking.network", Encoding.UTF8.GetString(DefinitionJson.Write(network)));
        if (Classes is not null)
        {
            yield return ("spiking.classes", JsonSerializer.Serialize(Classes));
        }
    }

    private static ProtoMessage OperatorSet(string domain, int version) =>
        new ProtoMessage().Add(1, domain).Add(2, version);

    private static string Version() => typeof(OnnxModelFile).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private NotSupportedException TooLarge(long bytes) => new(
        FormattableString.Invariant($"The network was not exported to ONNX: it needs {bytes:N0} bytes, and a file ") +
        FormattableString.Invariant($"of that format holds at most {LargestFile:N0}; save the model with Model.Save") +
        ", or train a smaller network.");
}
