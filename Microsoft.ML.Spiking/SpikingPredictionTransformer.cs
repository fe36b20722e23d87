using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;

[assembly: LoadableClass(typeof(SpikingPredictionTransformer), null, typeof(SignatureLoadModel),
    "Spiking network scorer", SpikingPredictionTransformer.LoaderSignature)]

namespace Microsoft.ML.Spiking;

/// <summary>
/// Scores data with a trained network. It adds two columns: the predicted label, a key of the training label's type
/// with its key values, and the score, a vector of the classes' probabilities in the order of the keys.
/// </summary>
/// <remarks>
/// The feature column must have the name that it had in training and as many values, dense or sparse; its dimensions may
/// differ, unless they say that images lie in another order. A row with a missing or infinite feature gets NaN scores and the missing key.
/// Rows are scored many at a time; a row's scores do not depend on the others. May be used from several threads at
/// once. Disposing the transformer disposes <see cref="Model"/>; using it afterwards throws
/// <see cref="ObjectDisposedException"/>.
/// </remarks>
public sealed class SpikingPredictionTransformer :
    ISingleFeaturePredictionTransformer<SpikingModelParameters>, ISingleFeaturePredictionTransformer, IDisposable
{
    internal const string LoaderSignature = "SpikingPredXfer";

    private const string ModelEntry = "Model";

    private readonly IHost _host;
    private readonly DataViewSchema _trainSchema; // the feature and the label, nothing else
    private readonly ScoringColumns _columns;

    internal SpikingPredictionTransformer(IHostEnvironment env, SpikingModelParameters model, DataViewSchema trainSchema,
        TrainerColumnNames names)
    {
        _host = env.Register(LoaderSignature);
        Model = model;
        _trainSchema = trainSchema;
        var featureType = (VectorDataViewType)trainSchema[names.Feature].Type;
        _columns = new(names.Feature, featureType.Dimensions, trainSchema[names.Label], names.PredictedLabel, names.Score);
    }

    /// <summary>The trained network.</summary>
    public SpikingModelParameters Model { get; }

    /// <summary>The column that the features are read from.</summary>
    public string FeatureColumnName => _columns.FeatureName;

    /// <summary>The type of the feature column in training.</summary>
    public DataViewType FeatureColumnType => _trainSchema[FeatureColumnName].Type;

    /// <summary>The label column in training, with its key values if it had some.</summary>
    internal DataViewSchema.Column Label => _columns.Label;

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>The schema of <paramref name="inputSchema"/>'s data after <see cref="Transform"/>.</summary>
    /// <param name="inputSchema">Must have the feature column.</param>
    /// <exception cref="ArgumentException">The feature column is missing or has another type or size.</exception>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).Output;

    /// <summary>Adds the predicted label and the score. Nothing is computed before the rows are read.</summary>
    /// <param name="input">Must have the feature column.</param>
    /// <exception cref="ArgumentException">The feature column is missing or has another type or size.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return View(input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return View(new EmptyDataView(_host, inputSchema));
    }

    /// <summary>Disposes <see cref="Model"/>.</summary>
    public void Dispose() => Model.Dispose();

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        _host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(VersionInfo());

        // *** Binary format ***
        // model: the network
        // stream TrainSchema: an empty data view with the feature and the label column
        // id of string: feature column
        // id of string: label column
        // id of string: predicted label column
        // id of string: score column
        // byte[32]: SHA-256 of the entry TrainSchema (since 0x00010002)
        // byte[32]: SHA-256 of the four names (since 0x00010002)
        ctx.SaveModel(Model, ModelEntry);
        byte[] schemaChecksum = SchemaArchive.Save(ctx, _host, _trainSchema);
        ctx.SaveNonEmptyString(_columns.FeatureName);
        ctx.SaveNonEmptyString(_columns.Label.Name);
        ctx.SaveNonEmptyString(_columns.PredictedLabelName);
        ctx.SaveNonEmptyString(_columns.ScoreName);
        ctx.Writer.Write(schemaChecksum);
        ctx.Writer.Write(SchemaArchive.ChecksumOf(
            _columns.FeatureName, _columns.Label.Name, _columns.PredictedLabelName, _columns.ScoreName));
    }

    /// <summary>Found and called by ML.NET when it loads a model.</summary>
    internal static SpikingPredictionTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        SpikingModelParameters? model = null;
        host.CheckDecode(ctx.TryProcessSubModel(ModelEntry, inner => model = SpikingModelParameters.Create(host, inner)),
            $"The model lacks the entry '{ModelEntry}'; the file is damaged.");
        try
        {
            var names = new TrainerColumnNames(Feature: ctx.LoadNonEmptyString(), Label: ctx.LoadNonEmptyString(),
                Weight: null, PredictedLabel: ctx.LoadNonEmptyString(), Score: ctx.LoadNonEmptyString());
            byte[]? checksum = LoadChecksums(ctx, names);
            DataViewSchema schema = SchemaArchive.Load(ctx, host, checksum, model!.Network.ClassCount);
            CheckSchema(host, schema, model, names);
            return new SpikingPredictionTransformer(host, model, schema, names);
        }
        catch (FormatException exception)
        {
            // ML.NET wraps this one twice; the log shows the sentence as it is.
            using IChannel channel = host.Start("Loading");
            channel.Error(exception.GetBaseException().Message);
            throw host.ExceptDecode(exception, exception.Message);
        }
    }

    /// <summary>Checks the names and returns the schema's checksum; null for a model of a version that kept none.</summary>
    private static byte[]? LoadChecksums(ModelLoadContext ctx, TrainerColumnNames names)
    {
        if (ctx.Header.ModelVerWritten < ModelFormat.VersionWithChecksums)
        {
            return null;
        }
        byte[] schema = ctx.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        byte[] written = ctx.Reader.ReadBytes(ChecksumStream.ChecksumLength);
        byte[] read = SchemaArchive.ChecksumOf(names.Feature, names.Label, names.PredictedLabel, names.Score);
        return read.AsSpan().SequenceEqual(written)
            ? schema
            : throw new FormatException(
                "The names of the model's columns were changed or damaged after they were written.");
    }

    private static void CheckSchema(
        IHost host, DataViewSchema schema, SpikingModelParameters model, TrainerColumnNames names)
    {
        bool fits = schema.GetColumnOrNull(names.Feature)?.Type is VectorDataViewType vector
            && vector.Size == model.Network.InputSize
            && schema.GetColumnOrNull(names.Label)?.Type is KeyDataViewType key
            && key.RawType == typeof(uint)
            && key.Count == (ulong)model.Network.ClassCount;
        host.CheckDecode(fits, $"The model's columns '{Quotation.Of(names.Feature)}' and '{Quotation.Of(names.Label)}' do " +
            "not fit its network; the file is damaged.");
    }

    private ScoredDataView View(IDataView input)
    {
        Model.Scorer.CheckNotDisposed();
        return new ScoredDataView(_host, input, Bind(input.Schema));
    }

    private ScoringBinding Bind(DataViewSchema input)
    {
        _host.CheckValue(input, nameof(input));
        return new ScoringBinding(_host, input, _columns, Model.Network, Model.Scorer);
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: ModelFormat.TransformerSignature,
        // 0x00010001: initial
        // 0x00010002: checksums of the training schema and of the column names
        verWrittenCur: ModelFormat.VersionWithChecksums,
        verReadableCur: ModelFormat.VersionWithChecksums,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(SpikingPredictionTransformer).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);
}
