using System.Globalization;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>The identity of a set of rows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Features">Values in a row.</param>
/// <param name="Sketch">Tells rows of other values, labels or weights apart, and rows in another order.</param>
internal sealed record DataIdentity(long Rows, int Features, DataSketch Sketch)
{
    public static DataIdentity Of(RowFeed rows) => new(rows.Summary.Rows, rows.FeatureCount, rows.Summary.Sketch);

    /// <summary>
    /// Returns how this, read from a checkpoint, differs from the rows that are there now; null if it does not.
    /// </summary>
    /// <param name="present">The rows now; null for none.</param>
    /// <param name="name">"training" or "validation".</param>
    public string? DifferenceFrom(DataIdentity? present, string name) =>
        present is null ? $"had {name} data and there is none now"
        : (Rows, Features) != (present.Rows, present.Features) ? string.Create(CultureInfo.InvariantCulture,
            $"had {Rows} {name} rows of {Features} features and there are {present.Rows} of {present.Features} now")
        : Sketch.Targets != present.Sketch.Targets
            ? $"had as many {name} rows, but with other labels or weights, or in another order"
        : !Sketch.HasFeaturesOf(present.Sketch)
            ? $"had as many {name} rows, but with other values, by more than rounding on another processor explains"
        : null;
}
