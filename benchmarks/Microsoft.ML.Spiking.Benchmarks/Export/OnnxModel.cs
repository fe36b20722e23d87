using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.Spiking.Benchmarks.Export;

/// <summary>A model in ONNX Runtime, and the rows to run it on.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly SessionOptions _sessionOptions;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _input;
    private readonly string[] _inputs, _outputs;

    /// <param name="model">The file.</param>
    /// <param name="values">The input's values.</param>
    /// <param name="rows">The first dimension of the input.</param>
    /// <param name="output">The name of the output to return.</param>
    /// <param name="threads">The number of threads of an operation.</param>
    public OnnxModel(byte[] model, float[] values, int rows, string output, int threads)
    {
        _sessionOptions = new SessionOptions { IntraOpNumThreads = threads };
        _session = new InferenceSession(model, _sessionOptions);
        long[] shape = [.. _session.InputMetadata.Values.Single().Dimensions.Select(length => (long)length)];
        shape[0] = rows;
        _input = OrtValue.CreateTensorValueFromMemory(values, shape);
        _inputs = [.. _session.InputMetadata.Keys];
        _outputs = [output];
    }

    /// <summary>Runs the model and returns its output.</summary>
    public float[] Run()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_options, _inputs, [_input], _outputs);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _input.Dispose();
        _options.Dispose();
        _session.Dispose();
        _sessionOptions.Dispose();
    }
}
