namespace Microsoft.ML.Spiking.Analysis;

/// <summary>A row that a report is made of.</summary>
/// <param name="Index">Its number in the data, from 0.</param>
/// <param name="Features">Its values in the network's order; valid until the next row is read.</param>
/// <param name="Label">The index of its class, from 0; negative where it is missing or the data has no label.</param>
/// <param name="Weight">The example's weight; 1 where the data has none.</param>
internal readonly record struct AnalysisRow(long Index, float[] Features, int Label, float Weight = 1);

/// <summary>The rows of a report.</summary>
/// <param name="Rows">The rows, read once.</param>
/// <param name="Classes">The classes' names in the order of the labels; null where the data has no label.</param>
internal sealed record AnalysisData(IEnumerable<AnalysisRow> Rows, IReadOnlyList<string>? Classes);
