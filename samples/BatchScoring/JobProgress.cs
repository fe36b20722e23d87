namespace BatchScoring;

/// <summary>How much of the predictions is on the disk.</summary>
/// <param name="Job">What they are predictions of.</param>
/// <param name="Rows">Rows whose predictions are complete.</param>
/// <param name="Bytes">Length of the predictions up to there.</param>
internal sealed record JobProgress(JobIdentity Job, long Rows, long Bytes);
