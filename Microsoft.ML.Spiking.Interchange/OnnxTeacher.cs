using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Interchange;

/// <summary>
/// An ONNX model that teaches a spiking network by its logits, run by ONNX Runtime on the CPU: the argument of
/// <see cref="Teacher(ITeacherModel)"/>. The program needs the package Microsoft.ML.OnnxRuntime beside this one.
/// </summary>
/// <remarks>
/// The model takes one input of float32, [rows, ...], with the values of a row as the trainer is given them, after
/// augmentation, and gives [rows, classes] of float32 in the order of the label's keys. Its rows are free or 1.
/// </remarks>
public sealed class OnnxTeacher : ITeacherModel, IDisposable
{
    private const float SumTolerance = 1e-4f;

    private readonly string _file;
    private readonly OnnxTeacherOptions _options;
    private readonly SessionOptions _settings;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string _input, _output;
    private readonly int[] _shape; // of a row
    private readonly bool _isRowByRow;
    private readonly float[] _means, _deviations;
    private bool _isDisposed;

    /// <summary>Loads a model and runs it once, on rows of zeros and ones.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of its range, or there is no such input or output.
    /// </exception>
    /// <exception cref="FormatException">ONNX Runtime does not load the file.</exception>
    /// <exception cref="NotSupportedException">
    /// The model's input or output is of another form, or it gives probabilities and
    /// <see cref="OnnxTeacherOptions.GivesProbabilities"/> is not set.
    /// </exception>
    /// <exception cref="InvalidOperationException">ONNX Runtime's native library is missing.</exception>
    public OnnxTeacher(string path, OnnxTeacherOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _options = options ?? new();
        _options.Check();
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        }
        _file = Path.GetFileName(path);
        using (FileStream stream = File.OpenRead(path))
        {
            Identity = $"{Convert.ToHexString(SHA256.HashData(stream))} {_options.Identity}";
        }
        (_settings, _session) = Open(path, _options.NumberOfThreads);
        try
        {
            _input = Only(_session.InputMetadata, _options.InputName, "input", nameof(_options.InputName));
            _output = Only(_session.OutputMetadata, _options.OutputName, "output", nameof(_options.OutputName));
            (_shape, _isRowByRow) = Shape();
            FeatureCount = _shape.Aggregate(1, (product, length) => checked(product * length));
            _means = OnnxTeacherOptions.Each(_options.Means, 0, _shape[0], nameof(_options.Means));
            _deviations = OnnxTeacherOptions.Each(
                _options.StandardDeviations, 1, _shape[0], nameof(_options.StandardDeviations));
            ClassCount = Probe();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <summary>
    /// Gets the file's checksum and the options: a training resumes only with the same. Weights that the model keeps in
    /// files beside its own are not part of it.
    /// </summary>
    public string Identity { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The model gives a value that is not finite.</exception>
    public void Score(ReadOnlySpan<float> features, int rows, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Length, (long)rows * FeatureCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logits.Length, (long)rows * ClassCount);
        int together = _isRowByRow ? 1 : rows;
        for (int row = 0; row < rows; row += together)
        {
            float[] scores = Run(features.Slice(row * FeatureCount, together * FeatureCount), together);
            scores.CopyTo(logits[(row * ClassCount)..]);
        }
        foreach (ref float value in logits)
        {
            value = _options.GivesProbabilities ? MathF.Log(MathF.Max(value, float.Epsilon)) : value;
            if (!float.IsFinite(value))
            {
                throw new InvalidOperationException(Invariant(
                    $"The teacher '{_file}' gives {value} in its output '{_output}'. Look at what its rows need: ") +
                    $"{nameof(OnnxTeacherOptions.Means)}, {nameof(OnnxTeacherOptions.StandardDeviations)}.");
            }
        }
    }

    /// <summary>Releases ONNX Runtime's session.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _run.Dispose();
        _session.Dispose();
        _settings.Dispose();
    }

    private static (SessionOptions, InferenceSession) Open(string path, int? threads)
    {
        SessionOptions? settings = null;
        try
        {
            settings = new SessionOptions();
            // Between batches the cores are the training's.
            settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (threads is int count)
            {
                settings.IntraOpNumThreads = count;
            }
            return (settings, new InferenceSession(path, settings));
        }
        catch (OnnxRuntimeException exception)
        {
            settings?.Dispose();
            throw new FormatException($"ONNX Runtime does not load '{path}': {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is TypeInitializationException or DllNotFoundException)
        {
            throw new InvalidOperationException("ONNX Runtime's native library is missing: add the package " +
                "Microsoft.ML.OnnxRuntime to the program.", exception);
        }
    }

    private string Only(IReadOnlyDictionary<string, NodeMetadata> all, string? wanted, string kind, string option)
    {
        if (wanted is not null)
        {
            return !all.TryGetValue(wanted, out NodeMetadata? named)
                    ? throw new ArgumentException(
                        $"{option} is '{wanted}', but '{_file}' has the {kind}s {Names(all.Keys)}.")
                : !IsFloats(named)
                    ? throw new NotSupportedException(
                        $"The {kind} '{wanted}' of '{_file}' is no tensor of float32 with a dimension for rows.")
                : wanted;
        }
        string[] fitting = [.. all.Where(one => IsFloats(one.Value)).Select(one => one.Key)];
        return fitting is [string only] && (kind == "output" || all.Count == 1) ? only
            : throw new NotSupportedException($"'{_file}' has the {kind}s {Names(all.Keys)}, of which " +
                (fitting.Length == 0 ? "none is" : $"{Names(fitting)} are") +
                $" of float32: {(kind == "input" ? "a teacher has one input." : $"name one by {option}.")}");
    }

    private static bool IsFloats(NodeMetadata node) =>
        node.IsTensor && node.ElementDataType == TensorElementType.Float && node.Dimensions.Length > 1;

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private (int[] Row, bool IsRowByRow) Shape()
    {
        int[] lengths = _session.InputMetadata[_input].Dimensions;
        string shown = Invariant($"[{string.Join(", ", lengths.Select(length => length < 0 ? "?" : $"{length}"))}]");
        if (lengths[0] is not (-1 or 1))
        {
            throw new NotSupportedException($"The input '{_input}' of '{_file}' is {shown}, always " +
                Invariant($"{lengths[0]} rows: export the model with a free number of rows, or 1."));
        }
        int[] row = [.. _options.InputShape ?? lengths[1..]];
        if (row.Any(length => length < 1))
        {
            throw new NotSupportedException($"The input '{_input}' of '{_file}' is {shown}, which leaves the lengths " +
                $"of a row open: give {nameof(OnnxTeacherOptions.InputShape)}.");
        }
        if (row.Length != lengths.Length - 1
            || row.Where((length, i) => lengths[i + 1] > 0 && lengths[i + 1] != length).Any())
        {
            throw new ArgumentException($"{nameof(OnnxTeacherOptions.InputShape)} is [{string.Join(", ", row)}], but " +
                $"the input '{_input}' of '{_file}' is {shown}.");
        }
        return (row, lengths[0] == 1);
    }

    // Returns the number of classes.
    private int Probe()
    {
        float[] features = new float[2 * FeatureCount];
        Array.Fill(features, 1, FeatureCount, FeatureCount);
        float[] scores = _isRowByRow
            ? [.. Run(features.AsSpan(0, FeatureCount), 1), .. Run(features.AsSpan(FeatureCount), 1)]
            : Run(features, 2);
        int classes = scores.Length / 2;
        if (classes < 2 || scores.Length % 2 != 0)
        {
            throw new NotSupportedException(Invariant($"The output '{_output}' of '{_file}' has {scores.Length} ") +
                "values for two rows: a teacher gives a value for each of two or more classes.");
        }
        bool areProbabilities = scores.Chunk(classes).All(row => row.All(value => value is >= 0 and <= 1)
            && MathF.Abs(row.Sum() - 1) < SumTolerance);
        return _options.GivesProbabilities || !areProbabilities ? classes
            : throw new NotSupportedException($"The output '{_output}' of '{_file}' gives probabilities: set " +
                $"{nameof(OnnxTeacherOptions.GivesProbabilities)}, or name the output with logits by " +
                $"{nameof(OnnxTeacherOptions.OutputName)}.");
    }

    private float[] Run(ReadOnlySpan<float> features, int rows)
    {
        float[] values = features.ToArray();
        int block = FeatureCount / _shape[0];
        if (_options is not { Means: null, StandardDeviations: null })
        {
            for (int i = 0; i < values.Length; i++)
            {
                int at = i / block % _shape[0];
                values[i] = (values[i] - _means[at]) / _deviations[at];
            }
        }
        try
        {
            using OrtValue input = OrtValue.CreateTensorValueFromMemory(
                values, [rows, .. _shape.Select(length => (long)length)]);
            using IDisposableReadOnlyCollection<OrtValue> outputs = _session.Run(_run, [_input], [input], [_output]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }
        catch (OnnxRuntimeException exception)
        {
            throw new NotSupportedException(Invariant(
                $"The teacher '{_file}' does not take {rows} rows of [{string.Join(", ", _shape)}]: ") +
                exception.Message, exception);
        }
    }
}
