using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Spiking.Tool.Code;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>Images of one channel and their labels in IDX files, such as MNIST's; gzipped or not.</summary>
internal sealed class IdxSource : DataSource
{
    private const int ImagesMagic = 0x803, LabelsMagic = 0x801, ImagesHeader = 16, LabelsHeader = 8;

    private readonly string _imagesPath;
    private readonly string? _labelsPath;
    private readonly byte[] _images;
    private readonly byte[]? _labels;

    private IdxSource(string imagesPath, string? labelsPath)
    {
        (_imagesPath, _labelsPath) = (imagesPath, labelsPath);
        _images = Read(imagesPath, ImagesMagic, ImagesHeader, "images (idx3)");
        (int rows, Height, Width) = (Size(4), Size(8), Size(12));
        if (rows < 1 || Height < 1 || Width < 1 || _images.Length != ImagesHeader + ((long)rows * Height * Width))
        {
            throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                $"'{imagesPath}' is cut off or damaged: it announces {rows} images of {Height} x {Width}, and has ") +
                string.Create(CultureInfo.InvariantCulture, $"{_images.Length - ImagesHeader} bytes of pixels."));
        }
        Rows = rows;
        if (labelsPath is not null)
        {
            _labels = Read(labelsPath, LabelsMagic, LabelsHeader, "labels (idx1)");
            if (_labels.Length - LabelsHeader != rows)
            {
                throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                    $"'{imagesPath}' has {rows} images, and '{labelsPath}' {_labels.Length - LabelsHeader} labels; ") +
                    "they do not belong together.");
            }
        }

        int Size(int at) => BinaryPrimitives.ReadInt32BigEndian(_images.AsSpan(at));
    }

    public override string Kind => "IDX";

    public override bool HasLabels => _labels is not null;

    public override long Rows { get; }

    /// <summary>Gets the height of an image.</summary>
    public int Height { get; }

    /// <summary>Gets the width of an image.</summary>
    public int Width { get; }

    /// <summary>Returns whether a path names IDX images.</summary>
    public static bool IsIdx(string path) => File.Exists(path)
        ? Path.GetFileName(path).Contains("idx3", StringComparison.OrdinalIgnoreCase)
            || Path.GetFileName(path).EndsWith(".idx", StringComparison.OrdinalIgnoreCase)
        : Directory.Exists(path) && ImagesIn(path).Length > 0;

    /// <summary>Opens images and, where they are there or needed, labels.</summary>
    /// <param name="arguments">What the command line says.</param>
    /// <param name="isTraining">Whether training images are wanted of a folder, not test images.</param>
    /// <param name="needsLabels">Whether missing labels are an error.</param>
    /// <exception cref="ToolException">A file is missing or damaged.</exception>
    public static IdxSource Open(DataArguments arguments, bool isTraining, bool needsLabels)
    {
        string path = arguments.DataPath;
        if (Directory.Exists(path))
        {
            string[] all = ImagesIn(path);
            string[] wanted = [.. all.Where(file =>
                Path.GetFileName(file).Contains("train", StringComparison.OrdinalIgnoreCase) == isTraining)];
            path = wanted.Length == 1 ? wanted[0] : all.Length == 1 ? all[0] : throw ToolException.Usage(
                $"'{path}' has {all.Length} files of images ({string.Join(", ", all.Select(Path.GetFileName))}); " +
                "name one of them.");
        }
        string? labels = arguments.LabelsFile ?? LabelsBeside(path);
        if (labels is null && needsLabels)
        {
            throw ToolException.Usage($"There are no labels for '{path}'; name their IDX file with --labels.");
        }
        return new IdxSource(path, labels);
    }

    /// <summary>Returns the file of labels that goes with one of images; null where there is none.</summary>
    public static string? LabelsBeside(string path)
    {
        string name = Path.GetFileName(path).Replace("images-idx3", "labels-idx1", StringComparison.Ordinal);
        string beside = Path.Combine(Path.GetDirectoryName(path) ?? "", name);
        return beside != path && File.Exists(beside) ? beside : null;
    }

    public override IDataView Load(MLContext ml) => LabeledVector.View(ml, Images(), [1, Height, Width]);

    public override IEnumerable<string> Labels() => Enumerable.Range(0, (int)Rows).Select(LabelOf);

    public override string LoadCode => $$"""
        SchemaDefinition columns = SchemaDefinition.Create(typeof(LabeledImage));
        columns["Features"].ColumnType =
            new VectorDataViewType(NumberDataViewType.Single, 1, {{Text(Height)}}, {{Text(Width)}});
        IDataView rows = ml.Data.LoadFromEnumerable(
            LabeledImage.Read({{Literal.Of(_imagesPath)}}, {{Literal.Of(_labelsPath ?? "")}}), columns);
        """;

    public override IReadOnlyList<string> Namespaces => ["System.IO.Compression"];

    public override string TypesCode => $$"""
        class LabeledImage
        {
            public float[] Features { get; set; } = [];

            public string Label { get; set; } = "";

            // After the header there is a byte for each pixel, or for each label.
            public static List<LabeledImage> Read(string images, string labels)
            {
                (byte[] pixels, byte[] classes) = (Bytes(images), Bytes(labels));
                const int size = {{Text(Height)}} * {{Text(Width)}};
                return [.. Enumerable.Range(0, classes.Length - {{Text(LabelsHeader)}}).Select(i => new LabeledImage
                {
                    Features =
                        [.. pixels.Skip({{Text(ImagesHeader)}} + (i * size)).Take(size).Select(pixel => (float)pixel)],
                    Label = classes[{{Text(LabelsHeader)}} + i].ToString(),
                })];
            }

            static byte[] Bytes(string path)
            {
                using Stream file = File.OpenRead(path);
                using Stream stream = path.EndsWith(".gz") ? new GZipStream(file, CompressionMode.Decompress) : file;
                using var memory = new MemoryStream();
                stream.CopyTo(memory);
                return memory.ToArray();
            }
        }
        """;

    private static string[] ImagesIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder)
            .Where(file => Path.GetFileName(file).Contains("images-idx3", StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static byte[] Read(string path, int magic, int header, string kind)
    {
        if (!File.Exists(path))
        {
            throw ToolException.Usage($"There is no '{path}'.");
        }
        byte[] bytes;
        try
        {
            using Stream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
                ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var memory = new MemoryStream();
            stream.CopyTo(memory);
            bytes = memory.ToArray();
        }
        catch (InvalidDataException exception)
        {
            throw ToolException.Usage($"'{path}' is named as a gzip file, but is not one, or is damaged.", exception);
        }
        return bytes.Length >= header && BinaryPrimitives.ReadInt32BigEndian(bytes) == magic
            ? bytes
            : throw ToolException.Usage($"'{path}' is not an IDX file of {kind}.");
    }

    private string LabelOf(int row) => _labels is null ? "" : Text(_labels[LabelsHeader + row]);

    private IEnumerable<LabeledVector> Images()
    {
        int size = Height * Width;
        for (int i = 0; i < Rows; i++)
        {
            float[] pixels = new float[size];
            for (int p = 0; p < size; p++)
            {
                pixels[p] = _images[ImagesHeader + (i * size) + p];
            }
            yield return new LabeledVector { Features = pixels, Label = LabelOf(i) };
        }
    }
}
