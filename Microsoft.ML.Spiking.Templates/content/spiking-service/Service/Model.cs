using System.Collections.Concurrent;
using Microsoft.ML;

namespace SpikingService;

/// <summary>A trained model for many requests. A prediction engine serves one at a time, so they are pooled.</summary>
internal sealed class Model
{
    private readonly MLContext _ml = new();
    private readonly ITransformer _model;
    private readonly ConcurrentBag<PredictionEngine<Reading, Prediction>> _engines = [];

    /// <summary>Loads a model.</summary>
    /// <param name="path">The model.zip that Train has saved.</param>
    public Model(string path) => _model = _ml.Model.Load(path, out _);

    public Answer Predict(Reading reading)
    {
        if (!_engines.TryTake(out PredictionEngine<Reading, Prediction>? engine))
        {
            engine = _ml.Model.CreatePredictionEngine<Reading, Prediction>(_model);
        }
        Prediction prediction = engine.Predict(reading);
        _engines.Add(engine);
        return new Answer(prediction.PredictedLabel, prediction.Score.Max());
    }
}

/// <summary>The answer to a request.</summary>
/// <param name="Label">The predicted class.</param>
/// <param name="Probability">Its probability, from 0 to 1.</param>
internal sealed record Answer(string Label, float Probability);
