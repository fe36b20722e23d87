using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Export;

/// <summary>An exported model in ONNX Runtime, which checks types and shapes as strictly as it can.</summary>
internal sealed class OnnxScorer : IDisposable
{
    private const int BatchRows = 100;

    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1 };
    private readonly OrtValueNames _names;

    public OnnxScorer(byte[] model)
    {
        _options.AddSessionConfigEntry("session.strict_shape_type_inference", "1");
        Session = new InferenceSession(model, _options);
        _names = new([.. Session.InputMetadata.Keys], [.. Session.OutputMetadata.Keys]);
    }

    public InferenceSession Session { get; }

    /// <summary>Returns a network's file with the usual names.</summary>
    public static byte[] Export(
        NetworkDefinition network, NetworkWeights weights, bool isBinary = false, string[]? classes = null,
        OnnxWeightPrecision precision = OnnxWeightPrecision.Float32)
    {
        using var stream = new MemoryStream();
        var file = new OnnxModelFile("Features", "PredictedLabel", "Score", isBinary ? "Probability" : null, classes)
        {
            Precision = precision,
        };
        file.Write(stream, network, weights);
        return stream.ToArray();
    }

    /// <summary>Returns all outputs for some rows in one call, by name.</summary>
    public Dictionary<string, Array> Run(float[] features, int rows)
    {
        long[] shape = [.. Session.InputMetadata[_names.Inputs[0]].Dimensions.Select(length => (long)length)];
        shape[0] = rows;
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(features, shape);
        using var options = new RunOptions();
        using IDisposableReadOnlyCollection<OrtValue> outputs =
            Session.Run(options, _names.Inputs, [input], _names.Outputs);
        return _names.Outputs.Zip(outputs).ToDictionary(pair => pair.First, pair => Copy(pair.Second));
    }

    /// <summary>Returns the scores and the keys of many rows, in batches.</summary>
    public (float[] Scores, uint[] Keys) Score(float[] features, int featureCount)
    {
        (List<float> scores, List<uint> keys) = ([], []);
        foreach (float[] batch in features.Chunk(BatchRows * featureCount))
        {
            Dictionary<string, Array> outputs = Run(batch, batch.Length / featureCount);
            scores.AddRange((float[])outputs["Score"]);
            keys.AddRange((uint[])outputs["PredictedLabel"]);
        }
        return ([.. scores], [.. keys]);
    }

    public void Dispose()
    {
        Session.Dispose();
        _options.Dispose();
    }

    private static Array Copy(OrtValue value)
    {
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        return info.ElementDataType switch
        {
            OnnxRuntime.Tensors.TensorElementType.Float => value.GetTensorDataAsSpan<float>().ToArray(),
            OnnxRuntime.Tensors.TensorElementType.UInt32 => value.GetTensorDataAsSpan<uint>().ToArray(),
            OnnxRuntime.Tensors.TensorElementType.Bool => value.GetTensorDataAsSpan<bool>().ToArray(),
            _ => value.GetStringTensorAsArray(),
        };
    }

    private sealed record OrtValueNames(string[] Inputs, string[] Outputs);
}
