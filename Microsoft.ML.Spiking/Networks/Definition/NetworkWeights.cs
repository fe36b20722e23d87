using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// The arrays of a network, in the order in which its definition names them. Every array that the definition names is
/// there, with the right shape; nothing else is.
/// </summary>
public sealed class NetworkWeights : IReadOnlyList<WeightArray>
{
    private readonly WeightArray[] _arrays;
    private readonly Dictionary<string, WeightArray> _byName;

    /// <exception cref="NetworkDefinitionException">
    /// An array is missing, unknown, given twice or of another shape.
    /// </exception>
    internal NetworkWeights(NetworkDefinition definition, IEnumerable<WeightArray> arrays)
    {
        _byName = new(StringComparer.Ordinal);
        foreach (WeightArray array in arrays)
        {
            if (!_byName.TryAdd(array.Name, array))
            {
                throw new NetworkDefinitionException($"The array '{Quotation.Of(array.Name)}' is given twice.");
            }
        }
        _arrays = new WeightArray[definition.Parameters.Count];
        for (int i = 0; i < _arrays.Length; i++)
        {
            _arrays[i] = Take(definition.Parameters[i]);
        }
        if (_byName.Count != _arrays.Length)
        {
            string unknown = _byName.Keys.Except(definition.Parameters.Select(spec => spec.Name)).First();
            throw new NetworkDefinitionException($"The array '{Quotation.Of(unknown)}' is not part of the network.");
        }
    }

    /// <summary>Gets the number of arrays.</summary>
    public int Count => _arrays.Length;

    /// <summary>The array of that index, in the definition's order.</summary>
    /// <param name="index">From 0.</param>
    public WeightArray this[int index] => _arrays[index];

    /// <summary>The array of that name.</summary>
    /// <param name="name">Such as "fc1.weight".</param>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public WeightArray this[string name] => _byName[name];

    /// <summary>Looks an array up by name.</summary>
    /// <param name="name">Such as "fc1.weight".</param>
    /// <param name="array">The array, or null.</param>
    public bool TryGet(string name, [MaybeNullWhen(false)] out WeightArray array) =>
        _byName.TryGetValue(name, out array);

    /// <inheritdoc/>
    public IEnumerator<WeightArray> GetEnumerator() => ((IEnumerable<WeightArray>)_arrays).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private WeightArray Take(ParameterSpec spec)
    {
        if (!_byName.TryGetValue(spec.Name, out WeightArray? array))
        {
            throw new NetworkDefinitionException($"The array '{Quotation.Of(spec.Name)}' is missing.");
        }
        return Shapes.AreEqual(array.Shape, spec.Shape)
            ? array
            : throw new NetworkDefinitionException($"The array '{Quotation.Of(spec.Name)}' has the shape " +
                $"{Shapes.Text(array.Shape)}; the network needs {Shapes.Text(spec.Shape)}.");
    }
}
