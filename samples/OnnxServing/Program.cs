// Scores rows with an exported network, in an application that uses only ONNX Runtime.
//
//   OnnxServing MODEL.ONNX < ROWS      each line of ROWS: the features, separated by spaces
//
// prints a line for each row: the label, then the probability of each class. The model is one that ExportToOnnx wrote
// for a label with key values.

using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string modelPath])
{
    Console.Error.WriteLine("usage: OnnxServing MODEL.ONNX < ROWS");
    return 2;
}

try
{
    using var session = new InferenceSession(modelPath);
    if (!session.ModelMetadata.CustomMetadataMap.TryGetValue("spiking.classes", out string? classesText))
    {
        throw new FormatException(
            $"'{modelPath}' names no classes; it must be a model that ExportToOnnx wrote for a label with key values.");
    }
    string[] classes = JsonSerializer.Deserialize<string[]>(classesText)!;
    (string input, NodeMetadata expected) = session.InputMetadata.Single();
    string label = session.OutputMetadata.Single(output => output.Value.ElementDataType ==
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String).Key;
    string score = session.OutputMetadata.Single(output => output.Value.ElementDataType ==
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float).Key;
    int featureCount = expected.Dimensions.Skip(1).Aggregate(1, (product, length) => product * length);
    float[][] rows = [.. ReadRows(featureCount)];

    // The input's first dimension is the number of rows, which may vary; here all rows go through in one call.
    long[] shape = [rows.Length, .. expected.Dimensions.Skip(1).Select(length => (long)length)];
    float[] features = [.. rows.SelectMany(row => row)];
    using OrtValue value = OrtValue.CreateTensorValueFromMemory(features, shape);
    using var options = new RunOptions();
    using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(options, [input], [value], [label, score]);
    string[] labels = outputs[0].GetStringTensorAsArray();
    float[] scores = outputs[1].GetTensorDataAsSpan<float>().ToArray();
    foreach ((string text, float[] probabilities) in labels.Zip(scores.Chunk(classes.Length)))
    {
        Console.WriteLine($"{text} {string.Join(' ', probabilities)}");
    }
    return 0;
}
catch (Exception exception) when (exception is IOException or FormatException or OnnxRuntimeException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static IEnumerable<float[]> ReadRows(int featureCount)
{
    for (int number = 1; Console.ReadLine() is string line; number++)
    {
        float[] features = [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(float.Parse)];
        yield return features.Length == featureCount
            ? features
            : throw new FormatException($"Line {number} has {features.Length} values; the model takes {featureCount}.");
    }
}
