using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Spiking.Tests.Import;

/// <summary>A writer of pickles, instruction by instruction, and of files of torch.save around them.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _pickle = [0x80, 2];
    private readonly List<byte[]> _storages = [];

    /// <summary>A state dict of float32 tensors, as torch.save writes it.</summary>
    public static byte[] StateDict(
        IEnumerable<(string Name, int[] Shape, float[] Values)> arrays, string type = "Float")
    {
        var writer = new PickleWriter();
        writer.Global("collections", "OrderedDict").Op(')').Op('R').Op('q', 0).Op('(');
        foreach ((string name, int[] shape, float[] values) in arrays)
        {
            writer.Text(name).Tensor(shape, Bytes(values, type), type, values.Length);
        }
        // The dictionary's own attributes: metadata of the modules.
        writer.Op('u').Op('}').Op('q', 1).Text("_metadata").Global("collections", "OrderedDict").Op(')').Op('R')
            .Op('s').Op('b');
        return writer.File();
    }

    public PickleWriter Op(char code, params byte[] operand)
    {
        _pickle.Add((byte)code);
        _pickle.AddRange(operand);
        return this;
    }

    public PickleWriter Global(string module, string name) =>
        Op('c', Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text), length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Op('X', [.. length, .. bytes]);
    }

    public PickleWriter Number(int number)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        return Op('J', bytes);
    }

    public PickleWriter Tensor(
        int[] shape, byte[] values, string type, int count, int[]? strides = null, int offset = 0)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op('(').Op('(').Text("storage").Global("torch", $"{type}Storage")
            .Text($"{_storages.Count}").Text("cpu").Number(count).Op('t').Op('Q').Number(offset);
        _storages.Add(values);
        int[] steps = new int[shape.Length];
        for (int i = shape.Length - 1, step = 1; i >= 0; step *= shape[i--])
        {
            steps[i] = step;
        }
        return Numbers(shape).Numbers(strides ?? steps).Op((char)0x89)
            .Global("collections", "OrderedDict").Op(')').Op('R').Op('t').Op('R');
    }

    public PickleWriter Numbers(int[] numbers)
    {
        Op('(');
        foreach (int number in numbers)
        {
            Number(number);
        }
        return Op('t');
    }

    /// <summary>The pickle in a zip with the values.</summary>
    public byte[] File(CompressionLevel level = CompressionLevel.NoCompression)
    {
        Op('.');
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "archive/data.pkl", [.. _pickle], level);
            for (int i = 0; i < _storages.Count; i++)
            {
                Add(zip, $"archive/data/{i}", _storages[i], level);
            }
            Add(zip, "archive/version", "3\n"u8.ToArray(), level);
        }
        return bytes.ToArray();
    }

    public static byte[] Bytes(float[] values, string type) =>
    [
        .. values.SelectMany(value => type switch
        {
            "Float" => BitConverter.GetBytes(value),
            "Double" => BitConverter.GetBytes((double)value),
            "Half" => BitConverter.GetBytes((Half)value),
            "BFloat16" => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)),
            "Long" => BitConverter.GetBytes((long)value),
            _ => throw new ArgumentException(type),
        }),
    ];

    private static void Add(ZipArchive zip, string name, byte[] content, CompressionLevel level)
    {
        using Stream stream = zip.CreateEntry(name, level).Open();
        stream.Write(content);
    }
}
