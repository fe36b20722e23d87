using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;
using Samples;

namespace WebService.Models;

/// <summary>
/// A model while it is served. An engine serves one thread at a time, so there is a pool of them; engines and model are
/// disposed when the model is retired and the last request that uses it is done.
/// </summary>
internal sealed class ServedModel(SavedModel model) : IDisposable
{
    private readonly ObjectPool<PredictionEngine<FeatureRow, ScoreRow>> _engines =
        new DefaultObjectPoolProvider().Create(new EnginePolicy(model));

    private readonly Lock _lock = new();
    private int _users;
    private bool _retired;

    /// <summary>Gets the columns that the model reads and writes.</summary>
    public ModelSchema Schema => model.Schema;

    /// <summary>Gets the first digits of the file's SHA-256.</summary>
    public string Version => model.Sha256[..12];

    /// <summary>Gets the time when it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Returns whether the whole file is the same.</summary>
    public bool IsSame(SavedModel other) => model.Sha256 == other.Sha256;

    /// <summary>Scores one row: its probabilities, or NaN if it cannot be scored.</summary>
    public float[] Score(float[] features)
    {
        PredictionEngine<FeatureRow, ScoreRow> engine = _engines.Get();
        try
        {
            return engine.Predict(new FeatureRow { Features = features }).Score;
        }
        finally
        {
            _engines.Return(engine);
        }
    }

    /// <summary>Scores rows together: their probabilities.</summary>
    public float[][] Score(float[][] rows) =>
        [.. model.Score(rows.Select(features => new FeatureRow { Features = features }))];

    /// <summary>Keeps the model for a request; returns false if it has been retired.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _users += _retired ? 0 : 1;
            return !_retired;
        }
    }

    /// <summary>Ends the request's use of the model.</summary>
    public void Leave()
    {
        bool last;
        lock (_lock)
        {
            last = --_users == 0 && _retired;
        }
        DisposeIf(last);
    }

    /// <summary>Retires the model: no further request gets it.</summary>
    public void Dispose()
    {
        bool unused;
        lock (_lock)
        {
            unused = !_retired && _users == 0;
            _retired = true;
        }
        DisposeIf(unused);
    }

    private void DisposeIf(bool unused)
    {
        if (unused)
        {
            (_engines as IDisposable)?.Dispose();
            model.Dispose();
        }
    }

    private sealed class EnginePolicy(SavedModel model) : PooledObjectPolicy<PredictionEngine<FeatureRow, ScoreRow>>
    {
        public override PredictionEngine<FeatureRow, ScoreRow> Create() => model.CreateEngine();

        public override bool Return(PredictionEngine<FeatureRow, ScoreRow> obj) => true;
    }
}
