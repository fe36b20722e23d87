using Microsoft.ML;
using Microsoft.ML.Spiking.Sweeps;

namespace Sweep;

/// <summary>A data set, and the options to vary on it.</summary>
internal interface IProblem : IDisposable
{
    /// <summary>Gets the name that is shown.</summary>
    string Name { get; }

    /// <summary>
    /// Loads the rows to search with and the rows to compare on, with the columns of the featurizers.
    /// </summary>
    (IDataView Search, IDataView Test) Load(MLContext ml, Arguments arguments);

    /// <summary>Returns the transforms before the trainer.</summary>
    IEstimator<ITransformer> Featurizers(MLContext ml);

    /// <summary>Gets the shape of an image; null for rows that are not images.</summary>
    IReadOnlyList<int>? InputShape { get; }

    /// <summary>Gets the options that the sweep varies.</summary>
    SweepSpace Space { get; }

    /// <summary>Returns another trainer of ML.NET to compare with; null for none.</summary>
    (string Name, IEstimator<ITransformer> Trainer)? Other(MLContext ml);
}
