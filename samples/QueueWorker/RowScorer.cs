using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Samples;

namespace QueueWorker;

/// <summary>The model, for one row after the other.</summary>
internal sealed class RowScorer : IDisposable
{
    private readonly SavedModel _model;
    private readonly PredictionEngine<FeatureRow, ScoreRow> _engine;

    /// <exception cref="ModelFileException">The file is absent, or not a model that can be fed.</exception>
    public RowScorer(string path)
    {
        _model = SavedModel.Load(path);
        _engine = _model.CreateEngine();
    }

    /// <summary>Gets the first digits of the SHA-256 of the model's file.</summary>
    public string Model => _model.Sha256[..12];

    /// <summary>Scores a row, or says why it cannot be scored; trying again would not help.</summary>
    public ScoredRow Score(QueuedRow row)
    {
        IReadOnlyList<string> classes = _model.Schema.Classes;
        string? error = Fault(row.Features);
        if (error is null)
        {
            float[] scores = _engine.Predict(
                new FeatureRow { Features = [.. row.Features.Select(value => value!.Value)] }).Score;
            if (!scores.Any(float.IsNaN))
            {
                return new(row.Id, classes[scores.IndexOf(scores.Max())], JsonSerializer.Serialize(
                    scores.Select((score, i) => (Name: classes[i], score)).ToDictionary(x => x.Name, x => x.score)),
                    Error: null);
            }
            error = "The features are too large for the model.";
        }
        return new(row.Id, Label: null, Probabilities: null, error);
    }

    public void Dispose()
    {
        _engine.Dispose();
        _model.Dispose();
    }

    private string? Fault(float?[] features)
    {
        int wanted = _model.Schema.FeatureCount;
        int wrong = Array.FindIndex(features, value => value is not float number || !float.IsFinite(number));
        if (features.Length != wanted)
        {
            return string.Create(CultureInfo.InvariantCulture,
                $"There are {features.Length:N0} features; the model takes {wanted:N0}.");
        }
        if (wrong < 0)
        {
            return null;
        }
        string value = features[wrong]?.ToString(CultureInfo.InvariantCulture) ?? "null";
        return string.Create(
            CultureInfo.InvariantCulture, $"Feature {wrong + 1:N0} is {value}, which is not a finite number.");
    }
}
