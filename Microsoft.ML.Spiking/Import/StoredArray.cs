using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Import;

/// <summary>An array of another program's file, which is read when its values are asked for.</summary>
/// <param name="Name">As the file has it.</param>
/// <param name="Shape">Row-major lengths.</param>
/// <param name="Read">Reads the values.</param>
internal sealed record StoredArray(string Name, IReadOnlyList<int> Shape, Func<float[]> Read)
{
    /// <summary>Returns the arrays of a safetensors file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is damaged, or of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StoredArray> OfSafetensors(string path)
    {
        using FileStream stream = File.OpenRead(path);
        IReadOnlyList<SafetensorsEntry> entries;
        try
        {
            entries = SafetensorsHeader.Read(stream, ofOthers: true);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"'{path}' is not a safetensors file, or is damaged: {exception.Message}");
        }
        long start = stream.Position, announced = entries.Count == 0 ? 0 : entries[^1].End;
        if (stream.Length - start != announced)
        {
            throw new FormatException(Invariant($"'{path}' is damaged: its arrays need {announced:N0} bytes, and ") +
                Invariant($"{stream.Length - start:N0} are there."));
        }
        return [.. entries.Select(entry => new StoredArray(entry.Name, entry.Shape, () =>
        {
            using FileStream file = File.OpenRead(path);
            file.Position = start + entry.Begin;
            return Values(file, entry.Type, Shapes.LongSize(entry.Shape));
        }))];
    }

    /// <summary>Reads values that lie one behind the other.</summary>
    /// <param name="stream">Stands at the first.</param>
    /// <param name="type">Of the values.</param>
    /// <param name="count">How many; no more than the file has.</param>
    public static float[] Values(Stream stream, StoredType type, long count)
    {
        const int most = 1 << 14;
        float[] values = new float[count];
        int size = type.Size();
        byte[] chunk = new byte[most * size];
        for (long first = 0; first < count; first += most)
        {
            int length = (int)Math.Min(most, count - first);
            stream.ReadExactly(chunk, 0, length * size);
            for (int i = 0; i < length; i++)
            {
                values[first + i] = type.ToSingle(chunk.AsSpan(i * size));
            }
        }
        return values;
    }
}
