using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>A named array of weights, row-major.</summary>
public sealed class WeightArray
{
    private float[]? _values;

    internal WeightArray(string name, IReadOnlyList<int> shape, float[] values)
    {
        CheckSize(name, shape, values.LongLength);
        Name = name;
        Shape = [.. shape];
        _values = values;
    }

    internal WeightArray(string name, IReadOnlyList<int> shape, Int8Rows int8)
    {
        CheckSize(name, shape, int8.Codes.LongLength);
        Name = name;
        Shape = [.. shape];
        Int8 = int8;
    }

    /// <summary>Gets the name, "layer.array", such as "fc1.weight".</summary>
    public string Name { get; }

    /// <summary>Gets the lengths, row-major.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Gets what the values are rounded to, and saved as.</summary>
    public WeightPrecision Precision => Int8 is null ? WeightPrecision.Float32 : WeightPrecision.Int8;

    /// <summary>Gets the values, as float32 whatever their precision.</summary>
    public ReadOnlyMemory<float> Values => _values ??= Int8!.ToFloats();

    /// <summary>
    /// Gets the array behind <see cref="Values"/>, not to be written to; for int8 a new one, unless it is there.
    /// </summary>
    internal float[] Array => _values ?? Int8!.ToFloats();

    /// <summary>Gets the codes and scales with <see cref="WeightPrecision.Int8"/>; else null.</summary>
    internal Int8Rows? Int8 { get; }

    /// <summary>The same values under another name.</summary>
    internal WeightArray Named(string name) =>
        Int8 is { } codes ? new(name, Shape, codes) : new(name, Shape, Array);

    private static void CheckSize(string name, IReadOnlyList<int> shape, long values)
    {
        long size = Shapes.LongSize(shape);
        if (size != values)
        {
            throw new ArgumentException(
                $"'{Quotation.Of(name)}' of shape {Shapes.Text(shape)} needs {size} values and is given {values}.");
        }
    }
}

/// <summary>The precision of a network's weights, in its file and where it is scored.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "These are the field's names of the types.")]
public enum WeightPrecision
{
    /// <summary>32 bits, as training leaves them.</summary>
    Float32,

    /// <summary>
    /// 8 bits: whole numbers from -127 to 127 and, for each output of a layer, the scale that brings the largest of its
    /// weights to 127.
    /// </summary>
    Int8,
}
