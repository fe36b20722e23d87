namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A sweep as the database knows it.</summary>
/// <param name="Id">The database's own.</param>
/// <param name="Name">Unique in the database.</param>
/// <param name="Definition">What the sweep was begun with, as JSON.</param>
internal sealed record StudyRecord(long Id, string Name, string Definition);
