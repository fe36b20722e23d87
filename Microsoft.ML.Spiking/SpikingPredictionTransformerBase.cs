using Microsoft.ML.Data;
using Microsoft.ML.Data.IO;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;

namespace Microsoft.ML.Spiking;

/// <summary>The base of the transformers that score data with a trained network.</summary>
/// <remarks>
/// The feature column must have the name that it had in training and as many values, dense or sparse; its dimensions may
/// differ, unless they say that images lie in another order. Rows are scored many at a time; a row's scores do not depend
/// on the others. May be used from several threads at once. Disposing the transformer disposes <see cref="Model"/>, which
/// frees native memory; both can be used afterwards.
/// </remarks>
public abstract class SpikingPredictionTransformerBase :
    ISingleFeaturePredictionTransformer<SpikingModelParameters>, ISingleFeaturePredictionTransformer, IDisposable
{
    private const string ModelEntry = "Model";
    private const string TrainSchemaEntry = "TrainSchema";

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
        // stream: an empty data view with the feature and the label column
        // id of string: feature column
        // id of string: label column
        // id of string, for each column of the prediction: its name
        ctx.SaveModel(Model, ModelEntry);
        ctx.SaveBinaryStream(TrainSchemaEntry, writer =>
        {
            using IChannel channel = Host.Start("Saving train schema");
            var saver = new BinarySaver(Host, new BinarySaver.Arguments { Silent = true });
            DataSaverUtils.SaveDataView(channel, saver, new EmptyDataView(Host, _trainSchema), writer.BaseStream);
        });
        ctx.SaveNonEmptyString(Columns.FeatureName);
        ctx.SaveNonEmptyString(Columns.Label.Name);
        foreach (string name in Columns.OutputNames)
        {
            ctx.SaveNonEmptyString(name);
        }
    }

    /// <summary>Reads all that <see cref="ICanSaveModel.Save"/> writes but the names of the prediction's columns.</summary>
    /// <param name="host">The transformer's.</param>
    /// <param name="ctx">At the transformer.</param>
    /// <param name="labelFits">Tells whether a label of a type goes with a number of classes.</param>
    private protected static LoadedParts Load(IHost host, ModelLoadContext ctx, Func<DataViewType, int, bool> labelFits)
    {
        SpikingModelParameters? model = null;
        DataViewSchema? schema = null;
        bool complete = ctx.TryProcessSubModel(ModelEntry, inner => model = SpikingModelParameters.Create(host, inner))
            & ctx.TryLoadBinaryStream(TrainSchemaEntry, reader => schema = LoadSchema(host, reader.BaseStream));
        host.CheckDecode(
            complete, $"The model lacks the entry '{ModelEntry}' or '{TrainSchemaEntry}'; the file is damaged.");
        string feature = ctx.LoadNonEmptyString();
        string label = ctx.LoadNonEmptyString();
        bool fits = schema!.GetColumnOrNull(feature)?.Type is VectorDataViewType vector
            && vector.Size == model!.Network.InputSize
            && schema.GetColumnOrNull(label)?.Type is DataViewType type
            && labelFits(type, model.Network.ClassCount);
        host.CheckDecode(
            fits, $"The model's columns '{feature}' and '{label}' do not fit its network; the file is damaged.");
        return new(model!, schema, feature, label);
    }

    private protected abstract VersionInfo Version { get; }

    private static DataViewSchema LoadSchema(IHost host, Stream stream)
    {
        // The loader keeps its stream, which is closed after this call.
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return new BinaryLoader(host, new BinaryLoader.Arguments(), copy).Schema;
    }

    private ScoredDataView View(IDataView input) => new(Host, this, input, Bind(input.Schema));

    private ScoringBinding Bind(DataViewSchema input)
    {
        Host.CheckValue(input, nameof(input));
        return new ScoringBinding(Host, input, Columns, Model.Network, Model.Scorer);
    }

    /// <summary>The parts of a saved transformer that all kinds have.</summary>
    private protected sealed record LoadedParts(
        SpikingModelParameters Model, DataViewSchema TrainSchema, string Feature, string Label);
}
