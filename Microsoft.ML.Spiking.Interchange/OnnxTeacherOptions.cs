using static System.FormattableString;

namespace Microsoft.ML.Spiking.Interchange;

/// <summary>The facts about an ONNX model's input and output that its file does not state.</summary>
public sealed class OnnxTeacherOptions
{
    /// <summary>Gets the name of the input for rows. Null (the default) for the only one that there is.</summary>
    public string? InputName { get; init; }

    /// <summary>
    /// Gets the name of the output [rows, classes] of float32. Null (the default) for the only one of that type.
    /// </summary>
    public string? OutputName { get; init; }

    /// <summary>
    /// Gets the lengths of a row behind the rows, such as [3, 224, 224]. Null (the default) for those of the file;
    /// needed where it leaves them open.
    /// </summary>
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>
    /// Gets whether the output has probabilities, of which logarithms are taken, and not logits. Default
    /// <see langword="false"/>.
    /// </summary>
    public bool GivesProbabilities { get; init; }

    /// <summary>
    /// Gets the number that is subtracted from values: one for all, or one for each index of the row's first dimension,
    /// which is each channel of an image. Null (the default) for 0.
    /// </summary>
    public IReadOnlyList<float>? Means { get; init; }

    /// <summary>
    /// Gets what values are divided by after <see cref="Means"/>, greater than 0, as many as there. Null (the default)
    /// for 1.
    /// </summary>
    public IReadOnlyList<float>? StandardDeviations { get; init; }

    /// <summary>Gets the threads of ONNX Runtime, from 1 to 1,024. Null (the default) for one per core.</summary>
    public int? NumberOfThreads { get; init; }

    /// <summary>Gets all that decides what is computed.</summary>
    internal string Identity => Invariant($"{InputName} {OutputName} {GivesProbabilities} ") +
        $"{Text(InputShape)} {Text(Means)} {Text(StandardDeviations)}";

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Check()
    {
        if (NumberOfThreads is not (null or (>= 1 and <= 1024)))
        {
            throw Fault(Invariant($"{nameof(NumberOfThreads)} is {NumberOfThreads}; it must be from 1 to 1,024."));
        }
        if (InputShape is { } shape && (shape.Count == 0 || shape.Any(length => length < 1)))
        {
            throw Fault($"{nameof(InputShape)} is [{Text(shape)}]; lengths must be at least 1.");
        }
        if (Means is { } means && !means.All(float.IsFinite))
        {
            throw Fault($"{nameof(Means)} are [{Text(means)}]; they must be finite.");
        }
        if (StandardDeviations is { } deviations && !deviations.All(value => value > 0 && float.IsFinite(value)))
        {
            throw Fault($"{nameof(StandardDeviations)} are [{Text(deviations)}]; " +
                "they must be finite and greater than 0.");
        }
    }

    /// <summary>Returns one number for each index of a row's first dimension.</summary>
    /// <exception cref="ArgumentException">There are neither one nor as many.</exception>
    internal static float[] Each(IReadOnlyList<float>? values, float usual, int count, string name) =>
        values is null ? [.. Enumerable.Repeat(usual, count)]
        : values.Count == 1 ? [.. Enumerable.Repeat(values[0], count)]
        : values.Count == count ? [.. values]
        : throw Fault(Invariant($"{name} has {values.Count} numbers; the row's first dimension has {count}: give ") +
            "one number, or as many.");

    private static string Text<T>(IReadOnlyList<T>? values) =>
        values is null ? "" : string.Join(", ", values.Select(value => Invariant($"{value}")));

    private static ArgumentException Fault(string message) => new(message);
}
