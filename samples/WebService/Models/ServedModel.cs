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

    /// <summary>What the model reads and writes.</summary>
    public ModelSchema Schema => model.Schema;

    /// <summary>The first digits of the file's SHA-256.</summary>
    public string Version => model.Sha256[..12];

    /// <summary>When it was loaded.</summary>
    public DateTimeOffset LoadedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Whether the whole file is the same.</summary>
    public bool IsSame(SavedModel other) => model.Sha256 == other.Sha256;

    /// <summary>The probabilities of one row; NaN where it cannot be scored.</summary>
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

    /// <summary>The probabilities of many rows, which are scored together.</summary>
    public float[][] Score(float[][] rows) => [.. model.Score(rows.Select(features => new FeatureRow { Features = features }))];

    /// <summary>Keeps the model for a request; false where it is retired.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            _users += _retired ? 0 : 1;
            return !_retired;
        }
    }

    /// <summary>The request is done.</summary>
    public void Leave()
    {
        bool last;
        lock (_lock)
        {
            last = --_users == 0 && _retired;
        }
        DisposeIf(last);
    }

    /// <summary>Retires the model: no request gets it any more.</summary>
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
