using System.IO.Compression;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Import.PyTorch;

/// <summary>
/// The tensors of a file that torch.save wrote since PyTorch 1.6: a zip with a pickle that names tensors, data.pkl, and
/// the values of each storage, data/KEY, uncompressed and little-endian.
/// </summary>
internal static class StateDictFile
{
    private const string Pickle = "/data.pkl", ByteOrder = "byteorder";

    // That of ResNet-152 has 0.2 MB. An instruction is a byte and may make an object of about 100.
    private const int LargestPickle = 4 << 20;

    /// <summary>Returns the tensors of a state dict, or of the only one within a checkpoint's dictionary.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">
    /// The file is damaged or of another kind, or its pickle holds anything but data; nothing of it was run.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StoredArray> Read(string path)
    {
        try
        {
            using ZipArchive zip = Open(path);
            string root = Root(zip);
            if (zip.GetEntry(root + ByteOrder) is ZipArchiveEntry order
                && Text(order) != "little")
            {
                throw new FormatException("its values are big-endian; save it on a machine that is little-endian");
            }
            using Stream stream = Stored(zip, root + Pickle[1..]).Open();
            object? content = PickleReader.Read(BoundedReading.ReadToEnd(stream, LargestPickle, "The pickle"));
            return [.. StateDict(content).Select(pair =>
                Array(path, root, zip, (string)pair.Key!, (PickledTensor)pair.Value!))];
        }
        catch (Exception exception) when (exception is FormatException or InvalidDataException or EndOfStreamException)
        {
            throw new FormatException($"'{path}' was not read: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private static ZipArchive Open(string path)
    {
        FileStream file = File.OpenRead(path);
        try
        {
            return new ZipArchive(file, ZipArchiveMode.Read);
        }
        catch (InvalidDataException)
        {
            file.Position = 0;
            bool isOld = file.ReadByte() == 0x80;
            file.Dispose();
            throw new FormatException(isOld
                ? "it is a bare pickle, as PyTorch wrote before 1.6; load it in PyTorch and save it again"
                : "it is not a torch.save file, or is truncated");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static string Root(ZipArchive zip)
    {
        ZipArchiveEntry[] pickles =
        [
            .. zip.Entries.Where(entry => entry.FullName.EndsWith(Pickle, StringComparison.Ordinal)
                && entry.FullName.IndexOf('/', StringComparison.Ordinal) == entry.FullName.Length - Pickle.Length),
        ];
        return pickles.Length == 1 ? pickles[0].FullName[..^(Pickle.Length - 1)]
            : throw new FormatException("it is a zip, but not a torch.save file");
    }

    private static string Text(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        return System.Text.Encoding.ASCII.GetString(BoundedReading.ReadToEnd(stream, 16, "The byte order"));
    }

    // A compressed entry could be far larger than the file.
    private static ZipArchiveEntry Stored(ZipArchive zip, string name)
    {
        ZipArchiveEntry entry = zip.GetEntry(name)
            ?? throw new FormatException($"it has no part '{Quotation.Of(name)}'");
        return entry.CompressedLength == entry.Length ? entry
            : throw new FormatException($"its part '{Quotation.Of(name)}' is compressed, which torch.save never does");
    }

    private static PickledDictionary StateDict(object? content)
    {
        if (content is PickledDictionary whole)
        {
            if (IsStateDict(whole))
            {
                return whole;
            }
            PickledDictionary[] inner =
                [.. whole.Select(pair => pair.Value).OfType<PickledDictionary>().Where(IsStateDict)];
            return inner.Length == 1 ? inner[0] : throw new FormatException(
                Invariant($"it holds a dictionary with {inner.Length} dictionaries of tensors; one is needed: save ") +
                "the model's state_dict() alone");
        }
        throw new FormatException("it holds no dictionary; save the model's state_dict()");
    }

    private static bool IsStateDict(PickledDictionary dictionary) =>
        dictionary.Count > 0 && dictionary.All(pair => pair is { Key: string, Value: PickledTensor });

    private static StoredArray Array(string path, string root, ZipArchive zip, string name, PickledTensor tensor)
    {
        string part = $"{root}data/{tensor.Storage.Key}";
        long length = Stored(zip, part).Length;
        if (length < (double)tensor.Storage.Count * tensor.Storage.Type.Size())
        {
            throw new FormatException(Invariant($"its tensor '{Quotation.Of(name)}' has {tensor.Storage.Count:N0} ") +
                Invariant($"values, and its part '{Quotation.Of(part)}' has {length:N0} bytes"));
        }
        return new(name, tensor.Shape, () => Values(path, part, tensor));
    }

    private static float[] Values(string path, string part, PickledTensor tensor)
    {
        float[] storage;
        try
        {
            using ZipArchive zip = Open(path);
            using Stream stream = Stored(zip, part).Open();
            storage = StoredArray.Values(stream, tensor.Storage.Type, tensor.Storage.Count);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new FormatException($"'{path}' was not read: its part '{Quotation.Of(part)}' is damaged.", exception);
        }
        long size = Shapes.LongSize(tensor.Shape);
        float[] values = new float[size];
        int[] place = new int[tensor.Shape.Count];
        long from = tensor.Offset;
        for (long i = 0; i < size; i++)
        {
            values[i] = storage[from];
            for (int axis = place.Length - 1; axis >= 0; axis--)
            {
                from += tensor.Strides[axis];
                if (++place[axis] < tensor.Shape[axis])
                {
                    break;
                }
                from -= (long)tensor.Strides[axis] * tensor.Shape[axis];
                place[axis] = 0;
            }
        }
        return values;
    }
}
