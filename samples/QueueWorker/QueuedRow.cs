namespace QueueWorker;

/// <summary>A row of the queue that this worker has claimed.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Features">Its features, as they are in the table.</param>
internal sealed record QueuedRow(long Id, float?[] Features);

/// <summary>The result of scoring a row: its label and probabilities, or the reason why it has none.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Label">The predicted label; null if it failed.</param>
/// <param name="Probabilities">JSON, label to probability; null if it failed.</param>
/// <param name="Error">What is wrong with the row, in a sentence; null if nothing is.</param>
internal sealed record ScoredRow(long Id, string? Label, string? Probabilities, string? Error);
