using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;

namespace Samples;

/// <summary>A model.zip in memory. Its transformer may be used from several threads at once, an engine of it may not.</summary>
internal sealed class SavedModel : IDisposable
{
    // A gigabyte takes a few seconds.
    private static readonly TimeSpan CheckLimit = TimeSpan.FromMinutes(1);

    private readonly MLContext _ml = new();
    private readonly ITransformer _transformer;

    private SavedModel(byte[] file)
    {
        if (!file.AsSpan().StartsWith("PK"u8))
        {
            throw new ModelFileException("it is no zip");
        }
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        using var limit = new CancellationTokenSource(CheckLimit);
        var stream = new MemoryStream(file, writable: false);
        SpikingModelFile.Check(stream, cancellationToken: limit.Token);
        _transformer = _ml.Model.Load(stream, out DataViewSchema input);
        Schema = ModelSchema.Of(_transformer, input);
    }

    /// <summary>What it reads and writes.</summary>
    public ModelSchema Schema { get; }

    /// <summary>SHA-256 of the file, 64 hexadecimal digits: which model this is.</summary>
    public string Sha256 { get; }

    /// <summary>Reads the whole file, loads it, and scores a row with it.</summary>
    /// <exception cref="ModelFileException">The file is absent or is no model that can be fed; the message is a sentence.</exception>
    public static SavedModel Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelFileException($"There is no model '{path}': give the path of a zip that mlContext.Model.Save has written.");
        }
        SavedModel? model = null;
        try
        {
            model = new SavedModel(File.ReadAllBytes(path));
            using PredictionEngine<FeatureRow, ScoreRow> engine = model.CreateEngine();
            engine.Predict(new FeatureRow { Features = new float[model.Schema.FeatureCount] });
            return model;
        }
        catch (Exception exception) // whatever ML.NET says of bytes that are anything but a model
        {
            model?.Dispose();
            throw new ModelFileException(
                $"'{path}' is not a model that can be scored here: {exception.GetBaseException().Message.TrimEnd('.')}.", exception);
        }
    }

    /// <summary>An engine for one thread at a time; disposing it leaves the model alone.</summary>
    public PredictionEngine<FeatureRow, ScoreRow> CreateEngine()
    {
        SchemaDefinition output = SchemaDefinition.Create(typeof(ScoreRow));
        output[nameof(ScoreRow.Score)].ColumnName = Schema.ScoreColumn;
        return _ml.Model.CreatePredictionEngine<FeatureRow, ScoreRow>(_transformer, new PredictionEngineOptions
        {
            InputSchemaDefinition = RowDefinition(),
            OutputSchemaDefinition = output,
            OwnsTransformer = false,
        });
    }

    /// <summary>The probabilities of many rows, [rows][classes], computed as they are asked for.</summary>
    public IEnumerable<float[]> Score(IEnumerable<FeatureRow> rows) =>
        Score(_ml.Data.LoadFromEnumerable(rows, RowDefinition()), skip: 0);

    /// <summary>The probabilities of many rows, [rows][classes], computed as they are asked for.</summary>
    /// <param name="rows">Must have the columns of <see cref="Schema"/>.</param>
    /// <param name="skip">Rows at the beginning that are passed over.</param>
    public IEnumerable<float[]> Score(IDataView rows, long skip) =>
        _transformer.Transform(skip == 0 ? rows : _ml.Data.SkipRows(rows, skip)).GetColumn<float[]>(Schema.ScoreColumn);

    /// <summary>Reads text into the columns of <see cref="Schema"/>.</summary>
    public TextLoader CreateTextLoader(TextLoader.Options options) => _ml.Data.CreateTextLoader(options);

    public void Dispose() => (_transformer as IDisposable)?.Dispose();

    private SchemaDefinition RowDefinition()
    {
        SchemaDefinition rows = SchemaDefinition.Create(typeof(FeatureRow));
        rows.Clear();
        rows.Add(Column(nameof(FeatureRow.Features), Schema.FeatureColumn,
            new VectorDataViewType(NumberDataViewType.Single, Schema.FeatureCount)));
        rows.AddRange(Schema.IdleColumns.Select(idle => Column(idle.Member, idle.Name, idle.Type)));
        return rows;
    }

    private static SchemaDefinition.Column Column(string member, string name, DataViewType type)
    {
        // A definition of its own, because several columns may come from one member.
        SchemaDefinition.Column column = SchemaDefinition.Create(typeof(FeatureRow))[member];
        (column.ColumnName, column.ColumnType) = (name, type);
        return column;
    }
}
