using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.MLNetInternals.Export;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>The base of the transformers that score data with a trained network.</summary>
/// <remarks>
/// The feature column must have the name that it had in training and as many values, dense or sparse; its dimensions
/// may differ, unless they say that images lie in another order. Rows are scored many at a time; a row's scores do not
/// depend on the others. May be used from several threads at once. Disposing the transformer disposes
/// <see cref="Model"/>, which frees native memory; both can be used afterwards.
/// </remarks>
public abstract class SpikingPredictionTransformerBase :
    ISingleFeaturePredictionTransformer<SpikingModelParameters>, ISingleFeaturePredictionTransformer, IDisposable
{
    private const string ModelEntry = "Model";

    private readonly DataViewSchema _trainSchema; // the feature and the label, nothing else

    private protected SpikingPredictionTransformerBase(
        IHost host, SpikingModelParameters model, DataViewSchema trainSchema, ScoringColumns columns)
    {
        Host = host;
        Model = model;
        _trainSchema = trainSchema;
        Columns = columns;
    }

    /// <summary>Gets the trained network.</summary>
    public SpikingModelParameters Model { get; }

    /// <summary>Gets the name of the column that the features are read from.</summary>
    public string FeatureColumnName => Columns.FeatureName;

    /// <summary>Gets the type of the feature column in training.</summary>
    public DataViewType FeatureColumnType => _trainSchema[FeatureColumnName].Type;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Gets the label column in training, with its key values if it had some.</summary>
    internal DataViewSchema.Column Label => Columns.Label;

    private protected IHost Host { get; }

    private protected ScoringColumns Columns { get; }

    private protected DataViewSchema TrainSchema => _trainSchema;

    private protected TrainerColumnNames ColumnNames => new(Columns.FeatureName, Columns.Label.Name, Weight: null,
        Columns.PredictedLabelName, Columns.ScoreName);

    /// <summary>Returns the schema of data of <paramref name="inputSchema"/> after <see cref="Transform"/>.</summary>
    /// <param name="inputSchema">Must have the feature column.</param>
    /// <exception cref="ArgumentException">The feature column is missing or has another type or size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>Adds the columns of the prediction. Nothing is computed before the rows are read.</summary>
    /// <param name="input">Must have the feature column.</param>
    /// <exception cref="ArgumentException">The feature column is missing or has another type or size.</exception>
    public IDataView Transform(IDataView input)
    {
        Host.CheckValue(input, nameof(input));
        return View(input);
    }

    /// <summary>
    /// Writes the scored function as an ONNX model, which ONNX Runtime and others score without this library: features
    /// in, the columns of the prediction out. See docs/onnx.md.
    /// </summary>
    /// <remarks>
    /// The input has the name of the feature column and the shape [rows, ...<see
    /// cref="NetworkDefinition.InputShape"/>], float32, any number of rows; with time steps before that shape where
    /// rows bring them, and the channels last where the feature column has them there. The outputs have the names of
    /// the prediction's columns. A predicted key is uint32, [rows, 1], from 1, and 0 for a row with a missing or
    /// infinite feature, whose scores are NaN; where its key values are known, a further output, with "Text" behind the
    /// label's name, has them as text. Transformers before the network are not part of the file: for a whole pipeline
    /// use ML.NET's ConvertToOnnx. The operators are those of ONNX 1.7 (version 12). Classes, time steps and the whole
    /// definition are in the model's metadata.
    /// </remarks>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="NotSupportedException">
    /// The encoder is random, a layer or neuron has no form in ONNX, or the model is larger than 2 GB.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void ExportToOnnx(string path)
    {
        Host.CheckNonWhiteSpace(path, nameof(path));
        OnnxFile().Write(path, Model.Network, Model.Weights);
    }

    /// <summary>Writes the scored function as an ONNX model; see <see cref="ExportToOnnx(string)"/>.</summary>
    /// <param name="stream">Takes the model; stays open.</param>
    /// <exception cref="NotSupportedException">
    /// The encoder is random, a layer or neuron has no form in ONNX, or the model is larger than 2 GB.
    /// </exception>
    public void ExportToOnnx(Stream stream)
    {
        Host.CheckValue(stream, nameof(stream));
        OnnxFile().Write(stream, Model.Network, Model.Weights);
    }

    /// <summary>
    /// Writes the scored function as an ONNX model, with further outputs or smaller weights; see <see
    /// cref="ExportToOnnx(string)"/>.
    /// </summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="options">What the file has besides the prediction, and how its weights are stored.</param>
    /// <exception cref="NotSupportedException">
    /// The encoder is random, a layer or neuron has no form in ONNX, a weight is beyond the range of <see
    /// cref="OnnxExportOptions.WeightPrecision"/>, or the model is larger than 2 GB.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The precision of the weights is unknown.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void ExportToOnnx(string path, OnnxExportOptions options)
    {
        Host.CheckNonWhiteSpace(path, nameof(path));
        OnnxFile(options).Write(path, Model.Network, Model.Weights);
    }

    /// <summary>
    /// Writes the scored function as an ONNX model, with further outputs or smaller weights; see <see
    /// cref="ExportToOnnx(string)"/>.
    /// </summary>
    /// <param name="stream">Takes the model; stays open.</param>
    /// <param name="options">What the file has besides the prediction, and how its weights are stored.</param>
    /// <exception cref="NotSupportedException">
    /// The encoder is random, a layer or neuron has no form in ONNX, a weight is beyond the range of <see
    /// cref="OnnxExportOptions.WeightPrecision"/>, or the model is larger than 2 GB.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The precision of the weights is unknown.</exception>
    public void ExportToOnnx(Stream stream, OnnxExportOptions options)
    {
        Host.CheckValue(stream, nameof(stream));
        OnnxFile(options).Write(stream, Model.Network, Model.Weights);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        return View(new EmptyDataView(Host, inputSchema));
    }

    /// <summary>Disposes <see cref="Model"/>, which frees native memory; both can still be used.</summary>
    public void Dispose()
    {
        Model.Dispose();
        GC.SuppressFinalize(this);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);

        // *** Binary format ***
        // model: the network
        // stream TrainSchema: an empty data view with the feature and the label column
        // id of string: feature column
        // id of string: label column
        // id of string, for each column of the prediction: its name
        // byte[32]: SHA-256 of the entry TrainSchema (since 0x00010002)
        // byte[32]: SHA-256 of all names (since 0x00010002)
        ctx.SaveModel(Model, ModelEntry);
        byte[] schemaChecksum = SchemaArchive.Save(ctx, Host, _trainSchema);
        string[] names = [Columns.FeatureName, Columns.Label.Name, .. Columns.OutputNames];
        foreach (string name in names)
        {
            ctx.SaveNonEmptyString(name);
        }
        ctx.Writer.Write(schemaChecksum);
        ctx.Writer.Write(SchemaArchive.ChecksumOf(names));
    }

    /// <summary>Reads what <see cref="ICanSaveModel.Save"/> writes.</summary>
    /// <param name="host">The transformer's.</param>
    /// <param name="ctx">At the transformer.</param>
    /// <param name="outputs">Number of the prediction's columns.</param>
    /// <param name="labelFits">Tells whether a label of a type goes with a number of classes.</param>
    private protected static LoadedParts Load(
        IHost host, ModelLoadContext ctx, int outputs, Func<DataViewType, int, bool> labelFits)
    {
        SpikingModelParameters? model = null;
        bool found = ctx.TryProcessSubModel(ModelEntry, inner => model = SpikingModelParameters.Create(host, inner));
        host.CheckDecode(found,
            $"The model lacks the entry '{ModelEntry}'; the file is damaged.");
        try
        {
            string[] names = new string[2 + outputs];
            for (int i = 0; i < names.Length; i++)
            {
                names[i] = ctx.LoadNonEmptyString();
            }
            byte[]? checksum = LoadChecksums(ctx, names);
            DataViewSchema schema = SchemaArchive.Load(ctx, host, checksum, model!.Network.ClassCount);
            (string feature, string label) = (names[0], names[1]);
            bool fits = schema.GetColumnOrNull(feature)?.Type is VectorDataViewType vector
                && vector.Size == model.Network.InputSize
                && schema.GetColumnOrNull(label)?.Type is DataViewType type
                && labelFits(type, model.Network.ClassCount);
            host.CheckDecode(fits, $"The model's columns '{Quotation.Of(feature)}' and '{Quotation.Of(label)}' do " +
                "not fit its network; the file is damaged.");
            return new(model, schema, feature, label, names[2..]);
        }
        catch (FormatException exception)
        {
            // ML.NET wraps this one twice; the log shows the sentence as it is.
            using IChannel channel = host.Start("Loading");
            channel.Error(exception.GetBaseException().Message);
            throw host.ExceptDecode(exception, exception.Message);
        }
    }

    /// <summary>
    /// Checks the names and returns the schema's checksum; null for a model of a version without them.
    /// </summary>
    private static byte[]? LoadChecksums(ModelLoadContext ctx, string[] names)
    {
        if (ctx.Header.ModelVerWritten < ModelFormat.VersionWithChecksums)
        {
            return null;
        }
        byte[] schema = ctx.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        byte[] written = ctx.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        return SchemaArchive.ChecksumOf(names).AsSpan().SequenceEqual(written)
            ? schema
            : throw new FormatException(
                "The names of the model's columns were changed or damaged after they were written.");
    }

    private protected abstract VersionInfo Version { get; }

    private OnnxModelFile OnnxFile() => Model.EarlyExit is null
        ? new(Columns.FeatureName, Columns.PredictedLabelName, Columns.ScoreName, Columns.ProbabilityName,
            KeyNames.Of(Columns.Label))
        : throw new NotSupportedException(NoExitInOnnx);

    private static string NoExitInOnnx => "The network was not exported to ONNX: the model has an " +
        $"{nameof(EarlyExit)}, and a graph takes all time steps. Set it to null first " +
        $"({nameof(SpikingModelParameters.ChangeEarlyExit)}).";

    private OnnxModelFile OnnxFile(OnnxExportOptions options)
    {
        Host.CheckValue(options, nameof(options));
        return Enum.IsDefined(options.WeightPrecision)
            ? OnnxFile() with { HasSpikeCounts = options.HasSpikeCounts, Precision = options.WeightPrecision }
            : throw new ArgumentOutOfRangeException(nameof(options), FormattableString.Invariant(
                $"{nameof(options.WeightPrecision)} is {(int)options.WeightPrecision}, which is no precision of ") +
                $"weights; use one of {string.Join(", ", Enum.GetNames<OnnxWeightPrecision>())}.");
    }

    /// <summary>Returns this transformer with another network of the same inputs and classes.</summary>
    internal abstract SpikingPredictionTransformerBase With(SpikingModelParameters model);

    private ScoredDataView View(IDataView input) => new(Host, this, input, Bind(input.Schema),
        new OnnxPipeline(Host, Model.Network, Model.Weights, Columns)
        {
            Fault = () => Model.EarlyExit is null ? null : NoExitInOnnx,
        });

    /// <summary>Returns the network bound to data of a schema.</summary>
    /// <exception cref="ArgumentException">The feature column is missing or has another type or size.</exception>
    internal ScoringBinding BindTo(DataViewSchema input) => Bind(input);

    private ScoringBinding Bind(DataViewSchema input)
    {
        Host.CheckValue(input, nameof(input));
        return new ScoringBinding(Host, input, Columns, Model.Network, Model.Scorer);
    }

    /// <summary>The parts of a saved transformer that all kinds have.</summary>
    private protected sealed record LoadedParts(
        SpikingModelParameters Model, DataViewSchema TrainSchema, string Feature, string Label, string[] Outputs);
}
