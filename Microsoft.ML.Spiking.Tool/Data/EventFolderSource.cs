using System.Globalization;
using Microsoft.ML.Spiking.Events;
using Microsoft.ML.Spiking.Tool.Code;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// Recordings of an event camera in class folders, counted into frames, [frames, 2, height, width], which are read
/// when they are asked for.
/// </summary>
internal sealed class EventFolderSource : DataSource
{
    public static readonly string[] Endings =
        [".raw", ".dat", ".aedat", ".aedat4", ".es", ".bin", ".bs1", ".bs2", ".bs3", ".npy", ".npz"];

    private readonly string _folder;
    private readonly FrameRule _rule;
    private readonly int _width, _height;
    private readonly IReadOnlyList<(string File, string Class)> _files;

    private EventFolderSource(string folder, FrameRule rule, (int Width, int Height) sensor,
        IReadOnlyList<(string File, string Class)> files)
    {
        (_folder, _rule, _files) = (folder, rule, files);
        (_width, _height) = sensor;
    }

    public override string Kind => "events";

    public override bool HasLabels => _files[0].Class.Length > 0;

    public override long Rows => _files.Count;

    /// <summary>Gets the recordings' paths in the order of the rows.</summary>
    public IEnumerable<string> Paths => _files.Select(found => found.File);

    public override IReadOnlyList<string> Namespaces => ["Microsoft.ML.Spiking.Events"];

    /// <summary>Opens recordings to train on.</summary>
    /// <exception cref="ToolException">There are none, or nothing tells the size of the camera's image.</exception>
    public static EventFolderSource ForTraining(DataArguments arguments)
    {
        IReadOnlyList<(string File, string Class)> files =
            ClassFolders.Read(arguments.DataPath, Endings, "recordings", needsClasses: true);
        return new(arguments.DataPath, new(arguments.Frames, arguments.FrameDuration),
            arguments.Sensor ?? SensorOf(files[0].File), files);
    }

    /// <summary>Opens recordings for a model of frames.</summary>
    public static EventFolderSource ForModel(
        DataArguments arguments, FrameRule rule, (int Width, int Height) sensor, bool needsLabels) =>
        new(arguments.DataPath, rule, sensor,
            ClassFolders.Read(arguments.DataPath, Endings, "recordings", needsLabels));

    public override IDataView Load(MLContext ml) => LabeledVector.View(
        ml, _files.Select(Read), [_rule.Frames, 2, _height, _width], (FrameRule.AnnotationKind, _rule.ToString()));

    public override IEnumerable<string> Labels() => _files.Select(found => found.Class);

    public override string LoadCode => $$"""
        string[] endings = [{{Literal.Of(Endings)}}];
        SchemaDefinition columns = SchemaDefinition.Create(typeof(Recording));
        columns["Features"].ColumnType = new VectorDataViewType(
            NumberDataViewType.Single, {{Text(_rule.Frames)}}, 2, {{Text(_height)}}, {{Text(_width)}});
        columns["Features"].AddAnnotation( // how recordings become frames, for the tool
            "{{FrameRule.AnnotationKind}}", {{Literal.Of(_rule.ToString())}}.AsMemory(), TextDataViewType.Instance);
        IDataView rows = ml.Data.LoadFromEnumerable(Directory.GetDirectories({{Literal.Of(_folder)}})
            .Where(folder => !Path.GetFileName(folder).StartsWith('.')).Order(StringComparer.Ordinal)
            .SelectMany(folder => Directory.GetFiles(folder)
                .Where(file => endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal)
                .Select(file => Recording.Read(file, Path.GetFileName(folder)))), columns);
        """;

    public override string TypesCode => $$"""
        class Recording
        {
            public float[] Features { get; set; } = [];

            public string Label { get; set; } = "";

            public static Recording Read(string file, string label)
            {
                using EventReader reader = EventReader.Open(
                    file, new EventReaderOptions { Width = {{Text(_width)}}, Height = {{Text(_height)}} });
                EventFrames frames = EventFrames.Count(
                    [.. reader.ReadToEnd()], {{Text(_width)}}, {{Text(_height)}}, {{_rule.Code}});
                return new Recording { Features = frames.Values.ToArray(), Label = label };
            }
        }
        """;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static (int Width, int Height) SensorOf(string file)
    {
        using EventReader reader = EventReader.Open(file);
        reader.ReadBlock();
        return (reader.Width, reader.Height) is (int width, int height) ? (width, height) : throw ToolException.Usage(
            $"'{file}' does not say the size of the camera's image; give it with --sensor, such as --sensor 34x34.");
    }

    private LabeledVector Read((string File, string Class) found)
    {
        using EventReader reader =
            EventReader.Open(found.File, new EventReaderOptions { Width = _width, Height = _height });
        EventFrames frames;
        try
        {
            frames = EventFrames.Count([.. reader.ReadToEnd()], _width, _height, _rule.Windows);
        }
        catch (ArgumentException exception)
        {
            throw ToolException.Usage($"'{found.File}' cannot be counted into frames: {exception.Message}", exception);
        }
        return new LabeledVector { Features = frames.Values.ToArray(), Label = found.Class };
    }
}
