using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;

namespace Samples;

/// <summary>A model.zip in memory. Several threads may use it at once, but not one engine of it.</summary>
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
            throw new ModelFileException("it is not a zip");
        }
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        using var limit = new CancellationTokenSource(CheckLimit);
        var stream = new MemoryStream(file, writable: false);
        SpikingModelFile.Check(stream, cancellationToken: limit.Token);
        _transformer = _ml.Model.Load(stream, out DataViewSchema input);
        Schema = ModelSchema.Of(_transformer, input);
    }

    /// <summary>Gets the columns that it reads and writes.</summary>
    public ModelSchema Schema { get; }

    /// <summary>Gets the SHA-256 of the file, in 64 hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Reads the whole file, loads it, and scores a row with it.</summary>
    /// <exception cref="ModelFileException">The file is absent, or not a model that can be fed.</exception>
    public static SavedModel Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new ModelFileException(
                $"There is no model '{path}': give the path of a zip that mlContext.Model.Save has written.");
        }
        SavedModel? model = null;
        try
        {
            model = new SavedModel(File.ReadAllBytes(path));
            using PredictionEngine<FeatureRow, ScoreRow> engine = model.CreateEngine();
            engine.Predict(new FeatureRow { Features = new float[model.Schema.FeatureCount] });
            return model;
        }
        catch (Exception exception) // ML.NET throws many kinds of exception at a file that is no model
        {
            model?.Dispose();
            string reason = exception.GetBaseException().Message.TrimEnd('.');
            throw new ModelFileException($"'{path}' is not a model that can be scored here: {reason}.", exception);
        }
    }

    /// <summary>Creates an engine for one thread at a time; disposing it leaves the model alone.</summary>
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

    /// <summary>Scores rows: probabilities [rows][classes], computed as they are asked for.</summary>
    public IEnumerable<float[]> Score(IEnumerable<FeatureRow> rows) =>
        _transformer.Transform(_ml.Data.LoadFromEnumerable(rows, RowDefinition()))
            .GetColumn<float[]>(Schema.ScoreColumn);

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
        // A separate definition, because several columns may come from one member.
        SchemaDefinition.Column column = SchemaDefinition.Create(typeof(FeatureRow))[member];
        (column.ColumnName, column.ColumnType) = (name, type);
        return column;
    }
}
