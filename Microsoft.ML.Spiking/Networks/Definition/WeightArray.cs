using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>A named array of weights: float32, row-major.</summary>
public sealed class WeightArray
{
    private readonly float[] _values;

    internal WeightArray(string name, IReadOnlyList<int> shape, float[] values)
    {
        long size = Shapes.LongSize(shape);
        if (size != values.LongLength)
        {
            throw new ArgumentException(
                $"'{Quotation.Of(name)}' of shape {Shapes.Text(shape)} needs {size} values and is given " +
                $"{values.LongLength}.");
        }
        Name = name;
        Shape = [.. shape];
        _values = values;
    }

    /// <summary>Gets the name, "layer.array", such as "fc1.weight".</summary>
    public string Name { get; }

    /// <summary>Gets the lengths, row-major.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Gets the values.</summary>
    public ReadOnlyMemory<float> Values => _values;

    /// <summary>Gets the array behind <see cref="Values"/>, not to be written to.</summary>
    internal float[] Array => _values;

    /// <summary>The same values under another name.</summary>
    internal WeightArray Named(string name) => new(name, Shape, _values);
}
