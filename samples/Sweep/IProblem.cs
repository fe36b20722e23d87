using Microsoft.ML;
using Microsoft.ML.Spiking.Sweeps;

namespace Sweep;

/// <summary>Some data, and what to vary on it.</summary>
internal interface IProblem : IDisposable
{
    /// <summary>For people.</summary>
    string Name { get; }

    /// <summary>The rows to search with and the rows to compare on, as the featurizers take them.</summary>
    (IDataView Search, IDataView Test) Load(MLContext ml, Arguments arguments);

    /// <summary>What is done to the rows before the trainer.</summary>
    IEstimator<ITransformer> Featurizers(MLContext ml);

    /// <summary>The shape of an image's features; null where they are no images.</summary>
    IReadOnlyList<int>? InputShape { get; }

    /// <summary>What to vary.</summary>
    SweepSpace Space { get; }

    /// <summary>Another trainer of ML.NET to compare with; null for none.</summary>
    (string Name, IEstimator<ITransformer> Trainer)? Other(MLContext ml);
}
