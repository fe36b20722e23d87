using System.Globalization;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>What tells one set of rows from another.</summary>
/// <param name="Rows">How many.</param>
/// <param name="Features">Values in a row.</param>
/// <param name="Fingerprint">Of all values, labels and weights, in the rows' order.</param>
internal sealed record DataIdentity(long Rows, int Features, ulong Fingerprint)
{
    public static DataIdentity Of(RowFeed rows) => new(rows.Summary.Rows, rows.FeatureCount, rows.Summary.Fingerprint);

    /// <summary>How this, read from a checkpoint, differs from what is there now; null if it does not.</summary>
    /// <param name="present">The rows now; null for none.</param>
    /// <param name="name">"training" or "validation".</param>
    public string? DifferenceFrom(DataIdentity? present, string name) =>
        present is null ? $"had {name} data and there is none now"
        : (Rows, Features) != (present.Rows, present.Features) ? string.Create(CultureInfo.InvariantCulture,
            $"had {Rows} {name} rows of {Features} features and there are {present.Rows} of {present.Features} now")
        : Fingerprint != present.Fingerprint ? $"had as many {name} rows, but with other values or in another order"
        : null;
}
