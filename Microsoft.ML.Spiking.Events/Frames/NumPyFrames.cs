using System.IO.Compression;
using Microsoft.ML.Spiking.Events.Formats.Arrays;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>Reads frames that SpikingJelly ("frames") or the CLIF authors' code ("arr_0") stored.</summary>
internal static class NumPyFrames
{
    private static readonly string[] Names = ["frames.npy", "arr_0.npy"];

    public static EventFrames Load(Stream stream, string name)
    {
        var start = new ByteSource(stream, name);
        bool isZip = start.Fill(4).StartsWith("PK"u8);
        if (!stream.CanSeek)
        {
            throw start.Fault("Frames can only be read from a stream that seeks; save it as a file first.");
        }
        stream.Position = 0;
        if (!isZip)
        {
            return Read(new ByteSource(stream, name));
        }
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            ZipArchiveEntry entry = archive.Entries.FirstOrDefault(item => Names.Contains(item.FullName))
                ?? throw start.Fault(
                "The .npz file has neither the array 'frames' nor 'arr_0'; it has: " +
                string.Join(", ", archive.Entries.Take(20).Select(item => Path.GetFileNameWithoutExtension(
                    item.FullName))) + ".");
            using var source = new ByteSource(entry.Open(), $"{name}, {entry.FullName}");
            return Read(source);
        }
        catch (Exception exception) when (
            exception is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            throw new EventFormatException($"{name}: The zip is damaged: {exception.Message}", 0, exception);
        }
    }

    private static EventFrames Read(ByteSource source)
    {
        NumPyHeader header = NumPyHeader.Read(source);
        if (header is not { Fields: [{ Name: "" } field], Shape: [_, _, _, _], IsColumnMajor: false })
        {
            throw source.Fault($"The array has the shape [{string.Join(", ", header.Shape)}]; frames are [steps, " +
                "channels, height, " +
                "width] of numbers, stored row by row.");
        }
        long count = 1;
        foreach (long length in header.Shape)
        {
            count = length is < 1 or > FrameCounts.MostValues ? long.MaxValue
                : Math.Min(count * length, FrameCounts.MostValues + 1);
            if (count > FrameCounts.MostValues)
            {
                throw source.Fault($"The array has the shape [{string.Join(", ", header.Shape)}]; frames have from " +
                    $"1 to {FrameCounts.MostValues} " +
                    "values.");
            }
        }
        // Grows with what the file really has, whatever its header says.
        var values = new List<float>();
        while (values.Count < count)
        {
            ReadOnlySpan<byte> bytes = source.Fill(field.Type.Size);
            if (bytes.Length < field.Type.Size)
            {
                throw source.Fault($"The file ends after {values.Count} of {count} values of the frames.");
            }
            int used = 0;
            for (; used + field.Type.Size <= bytes.Length && values.Count < count; used += field.Type.Size)
            {
                values.Add((float)field.Type.ReadNumber(bytes[used..]));
            }
            source.Advance(used);
        }
        return new EventFrames((int)header.Shape[0], (int)header.Shape[1], (int)header.Shape[2], (
            int)header.Shape[3], [.. values]);
    }
}
