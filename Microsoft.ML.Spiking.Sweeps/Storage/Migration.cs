namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A step from one version of the schema to the next. Once released, it never changes.</summary>
/// <param name="Version">The version that it leads to, from 1.</param>
/// <param name="Statements">One after the other.</param>
internal sealed record Migration(int Version, Func<SqlDialect, IReadOnlyList<string>> Statements);
