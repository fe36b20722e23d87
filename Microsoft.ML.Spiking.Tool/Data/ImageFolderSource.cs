using System.Globalization;
using Microsoft.ML.Spiking.Tool.Code;
using SkiaSharp;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// Images in class folders, cropped and resized to squares of one size, three channels from 0 to 255.
/// </summary>
internal sealed class ImageFolderSource : DataSource
{
    public static readonly string[] Endings = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp"];

    /// <summary>The column of the file's path, by which models of images are known.</summary>
    public const string PathColumn = nameof(LabeledFile.ImagePath);

    private readonly string _folder;
    private readonly int _size;
    private readonly IReadOnlyList<(string File, string Class)> _files;

    private ImageFolderSource(string folder, int size, IReadOnlyList<(string File, string Class)> files) =>
        (_folder, _size, _files) = (folder, size, files);

    public override string Kind => "images";

    public override bool HasLabels => _files[0].Class.Length > 0;

    public override long Rows => _files.Count;

    /// <summary>Gets the images' paths in the order of the rows.</summary>
    public IEnumerable<string> Paths => _files.Select(found => found.File);

    /// <summary>Opens a folder, and looks at the beginning of each file.</summary>
    /// <exception cref="ToolException">There are no images, or one cannot be read.</exception>
    public static ImageFolderSource Open(DataArguments arguments, bool needsLabels)
    {
        IReadOnlyList<(string File, string Class)> files =
            ClassFolders.Read(arguments.DataPath, Endings, "images", needsLabels);
        foreach ((string file, _) in files)
        {
            using var codec = SKCodec.Create(file);
            if (codec is null)
            {
                throw ToolException.Usage($"'{file}' is not an image that can be read; repair or remove it.");
            }
        }
        return new(arguments.DataPath, arguments.ImageSize, files);
    }

    public override IDataView Load(MLContext ml) => ml.Data.LoadFromEnumerable(
        _files.Select(found => new LabeledFile { ImagePath = found.File, Label = found.Class }));

    public override IEstimator<ITransformer> Featurizers(MLContext ml) =>
        ml.Transforms.LoadImages("Image", imageFolder: null, nameof(LabeledFile.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", _size, _size))
            .Append(ml.Transforms.ExtractPixels(FeatureColumn, "Image"));

    public override IEnumerable<string> Labels() => _files.Select(found => found.Class);

    public override string LoadCode => $$"""
        string[] endings = [{{Literal.Of(Endings)}}];
        IDataView rows = ml.Data.LoadFromEnumerable(Directory.GetDirectories({{Literal.Of(_folder)}})
            .Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)
            .SelectMany(folder => Directory.GetFiles(folder)
                .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal)
                .Select(file => new LabeledFile { ImagePath = file, Label = Path.GetFileName(folder) })).ToList());
        """;

    public override string FeaturizersCode => string.Create(CultureInfo.InvariantCulture, $"""
        ml.Transforms.LoadImages("Image", imageFolder: null, "ImagePath")
            .Append(ml.Transforms.ResizeImages("Image", {_size}, {_size}))
            .Append(ml.Transforms.ExtractPixels("{FeatureColumn}", "Image"))
        """);

    public override string TypesCode => """
        class LabeledFile
        {
            public string ImagePath { get; set; } = "";

            public string Label { get; set; } = "";
        }
        """;

    private sealed class LabeledFile
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
