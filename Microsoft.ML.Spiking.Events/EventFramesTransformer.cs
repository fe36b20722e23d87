using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Events;
using Microsoft.ML.Spiking.Events.Frames;

[assembly: LoadableClass(typeof(EventFramesTransformer), null, typeof(SignatureLoadModel),
    "Event frames", EventFramesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IDataTransform), typeof(EventFramesTransformer), null,
    typeof(SignatureLoadDataTransform), "Event frames", EventFramesTransformer.LoaderSignature)]
[assembly: LoadableClass(typeof(IRowMapper), typeof(EventFramesTransformer), null, typeof(SignatureLoadRowMapper),
    "Event frames", EventFramesTransformer.LoaderSignature)]

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// Makes frames of recordings: a column of vectors of Single, [steps, channels, height, width]. A recording that cannot
/// be read, is of another sensor, or does not fit the windows stops the reading with a message that names its file. A
/// row without a recording becomes a vector of NaN, as a missing value does.
/// </summary>
public sealed class EventFramesTransformer : OneToOneTransformerBase
{
    internal const string LoaderSignature = "SpikingEventFrames";

    internal EventFramesTransformer(IHostEnvironment env, string output, string input, EventFrameOptions options)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(EventFramesTransformer)), (output, input))
    {
        Host.CheckValue(options, nameof(options));
        Host.CheckNonWhiteSpace(output, nameof(output));
        Host.CheckNonWhiteSpace(input, nameof(input));
        options.Validate();
        Options = options;
    }

    private EventFramesTransformer(IHost host, ModelLoadContext ctx)
        : base(host, ctx)
    {
        // *** Binary format ***
        // base: the columns
        // int: bytes of the options
        // byte[]: the options as JSON, UTF-8
        Host.CheckDecode(ColumnPairs.Length == 1);
        int length = ctx.Reader.ReadInt32();
        Host.CheckDecode(length is > 0 and < 65_536, "The rule of frames is damaged.");
        try
        {
            Options = JsonSerializer.Deserialize<EventFrameOptions>(ctx.Reader.ReadBytes(length))
                ?? throw new JsonException("null");
            Options.Validate();
        }
        catch (Exception exception) when (
            exception is JsonException or ArgumentException or NotSupportedException or OverflowException)
        {
            throw Host.ExceptDecode(exception, $"The rule of frames is damaged: {exception.Message}");
        }
    }

    /// <summary>Gets the rule; a live stream takes it too (<see cref="EventStream"/>).</summary>
    public EventFrameOptions Options { get; }

    /// <summary>Gets the column of the recordings.</summary>
    public string InputColumnName => ColumnPairs[0].inputColumnName;

    /// <summary>Gets the column of the frames.</summary>
    public string OutputColumnName => ColumnPairs[0].outputColumnName;

    /// <summary>Loads a transformer; ML.NET finds this method by its name and calls it.</summary>
    internal static EventFramesTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(nameof(EventFramesTransformer));
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        return new EventFramesTransformer(host, ctx);
    }

    /// <summary>Loads a transform of a data view; ML.NET finds this method by its name and calls it.</summary>
    internal static IDataTransform Create(IHostEnvironment env, ModelLoadContext ctx, IDataView input) =>
        Create(env, ctx).MakeDataTransform(input);

    /// <summary>Loads a mapper of rows; ML.NET finds this method by its name and calls it.</summary>
    internal static IRowMapper Create(IHostEnvironment env, ModelLoadContext ctx, DataViewSchema inputSchema) =>
        Create(env, ctx).MakeRowMapper(inputSchema);

    /// <inheritdoc/>
    protected override void CheckInputColumn(DataViewSchema inputSchema, int col, int srcCol)
    {
        if (inputSchema[srcCol].Type is not EventRecordingDataViewType)
        {
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", InputColumnName,
                EventRecordingDataViewType.Instance.ToString(), inputSchema[srcCol].Type.ToString());
        }
    }

    /// <inheritdoc/>
    protected override void SaveModel(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(VersionInfo());
        SaveColumns(ctx);
        byte[] options = JsonSerializer.SerializeToUtf8Bytes(Options);
        ctx.Writer.Write(options.Length);
        ctx.Writer.Write(options);
    }

    /// <inheritdoc/>
    protected override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    private static VersionInfo VersionInfo() => new(
        modelSignature: "SPKEVTFR",
        verWrittenCur: 0x00010001, // initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(EventFramesTransformer).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);

    private sealed class Mapper(EventFramesTransformer parent, DataViewSchema inputSchema)
        : OneToOneMapperBase(parent.Host.Register(nameof(Mapper)), parent, inputSchema)
    {
        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() =>
        [
            new(parent.OutputColumnName,
                new VectorDataViewType(NumberDataViewType.Single, parent.Options.Shape.ToArray())),
        ];

        protected override Delegate MakeGetter(
            DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action? disposer)
        {
            disposer = null;
            ValueGetter<EventRecording> recording =
                input.GetGetter<EventRecording>(input.Schema[ColMapNewToOld[iinfo]]);
            EventFrameOptions options = parent.Options;
            var maker = new FrameMaker(options);
            int length = options.StepCount * options.FrameSize;
            EventRecording value = null!;
            void Get(ref VBuffer<float> frames)
            {
                recording(ref value);
                VBufferEditor<float> editor = VBufferEditor.Create(ref frames, length);
                if (value is null)
                {
                    editor.Values.Fill(float.NaN);
                }
                else
                {
                    Make(maker, value, options, editor.Values);
                }
                frames = editor.Commit();
            }
            return (ValueGetter<VBuffer<float>>)Get;
        }

        private static void Make(
            FrameMaker maker, EventRecording recording, EventFrameOptions options, Span<float> row)
        {
            ReadOnlyMemory<Event> events = recording.Load(options.SensorWidth, options.SensorHeight);
            try
            {
                maker.Make(events.Span, row);
            }
            catch (ArgumentException exception)
            {
                throw new InvalidDataException(
                    $"{recording.Path ?? "A recording in memory"}: {exception.Message}", exception);
            }
        }
    }
}
