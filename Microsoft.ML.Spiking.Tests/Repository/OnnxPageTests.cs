using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Repository;

/// <summary>The parts of docs/onnx.md for other programs: Triton's configuration, and the program for Spark.</summary>
[TestClass]
public sealed partial class OnnxPageTests
{
    private static readonly string Text = new Page("docs/onnx.md").Text;

    [TestMethod]
    public void TritonConfiguration_OfThePage_HasTheNamesTypesAndShapesOfAnExportedModel()
    {
        var ml = new MLContext(1);
        using var stream = new MemoryStream();
        Flowers.Fit(ml, Flowers.Keyed(ml)).ExportToOnnx(stream);
        using var onnx = new OnnxScorer(stream.ToArray());
        string configuration = Configuration().Match(Text).Groups["code"].Value;
        string[] written = [.. Value().Matches(configuration).Select(match => string.Join(' ',
            match.Groups["name"].Value, match.Groups["type"].Value, match.Groups["dims"].Value))];

        string[] expected =
        [
            .. onnx.Session.InputMetadata.Concat(onnx.Session.OutputMetadata.OrderBy(
                pair => pair.Key, StringComparer.Ordinal)).Select(pair => string.Join(' ',
                pair.Key, TypeOf(pair.Value), string.Join(", ", pair.Value.Dimensions.Skip(1)))),
        ];

        Assert.AreSequenceEqual(expected, written);
    }

    [TestMethod]
    public void SparkProgram_OfThePage_ScoresAPartitionWithWhatItImports()
    {
        // Stand-ins for the packages: the program itself is run, on two batches.
        const string harness = """
            import sys, types, numpy as np
            class Value:
                shape = ["rows", 4]
            class Session:
                def __init__(self, path, options, providers): assert path == "/there/network.onnx"
                def get_inputs(self): return [Value]
                def run(self, outputs, inputs):
                    x = inputs["Features"]
                    assert x.dtype == np.float32 and x.shape[1:] == (4,) and outputs == ["PredictedLabelText", "Score"]
                    return np.array([["a"]] * len(x), object), x[:, :3]
            def module(name, **content):
                sys.modules[name] = types.ModuleType(name)
                sys.modules[name].__dict__.update(content)
            module("onnxruntime", SessionOptions=type("Options", (), {}), InferenceSession=Session)
            module("pandas", DataFrame=dict)
            module("pyspark", SparkFiles=types.SimpleNamespace(get=lambda name: "/there/" + name))
            module("pyspark.sql", SparkSession=None)
            names = {"__name__": "page"}
            exec(sys.argv[1], names)
            batch = {"id": [7, 8], "Features": [[1, 2, 3, 4], [5, 6, 7, 8]]}
            scored = list(names["score"](iter([batch, batch])))
            print(len(scored), list(scored[1]["id"]), list(scored[1]["label"]), scored[1]["score"])
            """;

        string output = Python.Run("numpy", harness, [Spark().Match(Text).Groups["code"].Value]);

        Assert.AreEqual("2 [7, 8] ['a', 'a'] [[1.0, 2.0, 3.0], [5.0, 6.0, 7.0]]", output.Trim());
    }

    private static string TypeOf(NodeMetadata value) => value.ElementDataType switch
    {
        OnnxRuntime.Tensors.TensorElementType.Float => "FP32",
        OnnxRuntime.Tensors.TensorElementType.UInt32 => "UINT32",
        OnnxRuntime.Tensors.TensorElementType.String => "STRING",
        var other => other.ToString(),
    };

    [GeneratedRegex("^```protobuf\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Configuration();

    [GeneratedRegex("^```python\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Spark();

    [GeneratedRegex(@"\{ name: ""(?<name>\w+)"" data_type: TYPE_(?<type>\w+) dims: \[ (?<dims>[\d, ]+?) \] \}")]
    private static partial Regex Value();
}
