using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>
/// The reader of arrays, such as a network's weights, in the safetensors layout (see <see cref="SafetensorsWriter"/>).
/// </summary>
internal static class SafetensorsReader
{
    /// <summary>Reads weights, checked against the definition before anything large is allocated.</summary>
    /// <param name="stream">Holds the file and nothing after it. Need not be seekable; stays open.</param>
    /// <param name="definition">The network that the weights must fit.</param>
    /// <param name="length">How many bytes the stream has, where that is known.</param>
    /// <exception cref="FormatException">The file is damaged, or does not fit the definition.</exception>
    public static NetworkWeights Read(Stream stream, NetworkDefinition definition, long? length = null) =>
        new(definition, ReadArrays(stream, length, entries => CheckFit(entries, definition)));

    /// <summary>Checks that the file's header fits the definition, without reading values.</summary>
    /// <exception cref="FormatException">The header is damaged, or does not fit the definition.</exception>
    public static void Check(Stream stream, NetworkDefinition definition) =>
        CheckFit(SafetensorsHeader.Read(stream), definition);

    /// <summary>Reads all arrays of a file.</summary>
    /// <param name="stream">Holds the file and nothing after it. Need not be seekable; stays open.</param>
    /// <param name="length">How many bytes the stream has, where that is known.</param>
    /// <param name="check">Checks the header before anything large is allocated, and throws where it is wrong.</param>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static IReadOnlyList<WeightArray> ReadArrays(
        Stream stream, long? length = null, Action<IReadOnlyList<SafetensorsEntry>>? check = null)
    {
        IReadOnlyList<SafetensorsEntry> entries = SafetensorsHeader.Read(stream);
        check?.Invoke(entries);
        long announced = entries.Count == 0 ? 0 : entries[^1].End;
        if (length < announced)
        {
            throw new FormatException(
                Invariant($"{SafetensorsHeader.What} is cut short: its arrays need {announced:N0} bytes and the ") +
                Invariant($"whole file has {length:N0}."));
        }
        var contents = new StoredArrays(entries);
        foreach (SafetensorsEntry entry in entries)
        {
            contents.Read(stream, entry, isThere: length is not null);
        }
        return stream.ReadByte() < 0
            ? contents.Arrays()
            : throw new FormatException($"{SafetensorsHeader.What} goes on after its last array.");
    }

    private static void CheckFit(IReadOnlyList<SafetensorsEntry> entries, NetworkDefinition definition)
    {
        var needed = new Dictionary<string, ParameterSpec>(StringComparer.Ordinal);
        foreach (ParameterSpec spec in definition.Parameters)
        {
            // No name is there twice: layers' names are unique, and what a layer adds to its own has no further dot.
            needed.Add(spec.Name, spec);
        }
        HashSet<string> scales = StoredArrays.ScalesIn(entries);
        foreach (SafetensorsEntry entry in entries.Where(entry => !scales.Contains(entry.Name)))
        {
            if (!needed.Remove(entry.Name, out ParameterSpec? spec))
            {
                throw new FormatException(
                    $"{SafetensorsHeader.What} holds the array '{Quotation.Of(entry.Name)}', which is not part of " +
                    "the network.");
            }
            if (!Shapes.AreEqual(spec.Shape, entry.Shape))
            {
                throw new FormatException(
                    $"{SafetensorsHeader.What} holds the array '{Quotation.Of(entry.Name)}' in the shape " +
                    $"{Shapes.Text(entry.Shape)}; the network needs {Shapes.Text(spec.Shape)}.");
            }
            if (entry.Precision != WeightPrecision.Float32 && spec.Role != ParameterRole.Weight)
            {
                throw new FormatException(
                    $"{SafetensorsHeader.What} holds the array '{Quotation.Of(entry.Name)}' as " +
                    $"{SafetensorsEntry.TypeOf(entry.Precision).Name}; only weights of layers may be.");
            }
        }
        if (needed.Count > 0)
        {
            throw new FormatException($"{SafetensorsHeader.What} lacks the array '{needed.Keys.First()}'.");
        }
    }
}
