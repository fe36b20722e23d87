using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;

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
    private const string TrainSchemaEntry = "TrainSchema";

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
        // stream: an empty data view with the feature and the label column
        // id of string: feature column
        // id of string: label column
        // id of string: predicted label column
        // id of string: score column
        ctx.SaveModel(Model, ModelEntry);
        ctx.SaveBinaryStream(TrainSchemaEntry, writer =>
        {
            using IChannel channel = _host.Start("Saving train schema");
            var saver = new BinarySaver(_host, new BinarySaver.Arguments { Silent = true });
            DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(_host, _trainSchema), writer.BaseStream);
        });
        ctx.SaveNonEmptyString(_columns.FeatureName);
        ctx.SaveNonEmptyString(_columns.Label.Name);
        ctx.SaveNonEmptyString(_columns.PredictedLabelName);
        ctx.SaveNonEmptyString(_columns.ScoreName);
    }

    /// <summary>Found and called by ML.NET when it loads a model.</summary>
    internal static SpikingPredictionTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        SpikingModelParameters? model = null;
        DataViewSchema? schema = null;
        bool complete = ctx.TryProcessSubModel(ModelEntry, inner => model = SpikingModelParameters.Create(host, inner))
            & ctx.TryLoadBinaryStream(TrainSchemaEntry, reader => schema = LoadSchema(host, reader.BaseStream));
        host.CheckDecode(complete, $"The model lacks the entry '{ModelEntry}' or '{TrainSchemaEntry}'; the file is damaged.");
        string feature = ctx.LoadNonEmptyString();
        string label = ctx.LoadNonEmptyString();
        CheckSchema(host, schema!, model!, feature, label);
        return new SpikingPredictionTransformer(host, model!, schema!, new TrainerColumnNames(feature, label, Weight: null,
            PredictedLabel: ctx.LoadNonEmptyString(), Score: ctx.LoadNonEmptyString()));
    }

    private static DataViewSchema LoadSchema(IHost host, Stream stream)
    {
        // The loader keeps its stream, which is closed after this call.
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return new BinaryLoader(host, new BinaryLoader.Arguments(), copy).Schema;
    }

    private static void CheckSchema(
        IHost host, DataViewSchema schema, SpikingModelParameters model, string feature, string label)
    {
        bool fits = schema.GetColumnOrNull(feature)?.Type is VectorDataViewType vector
            && vector.Size == model.Network.InputSize
            && schema.GetColumnOrNull(label)?.Type is KeyDataViewType key
            && key.RawType == typeof(uint)
            && key.Count == (ulong)model.Network.ClassCount;
        host.CheckDecode(fits, $"The model's columns '{feature}' and '{label}' do not fit its network; the file is damaged.");
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
        modelSignature: "SPKPRED ",
        verWrittenCur: 0x00010001, // Initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(SpikingPredictionTransformer).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);
}
