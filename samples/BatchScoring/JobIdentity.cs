namespace BatchScoring;

/// <summary>The inputs that predictions depend on; a run with another identity does not continue them.</summary>
/// <param name="Model">SHA-256 of the model's file.</param>
/// <param name="Input">SHA-256 of the input; see <see cref="IRowFile.Sha256"/>.</param>
/// <param name="Features">The fields or columns that are features.</param>
/// <param name="Header">See <see cref="Arguments.Header"/>.</param>
/// <param name="Separator">See <see cref="Arguments.Separator"/>.</param>
/// <param name="AllowMissing">See <see cref="Arguments.AllowMissing"/>.</param>
/// <param name="Partition">The part of the rows, such as 3/16; all of them are 1/1.</param>
internal sealed record JobIdentity(
    string Model, string Input, string Features, bool Header, char Separator, bool AllowMissing, string Partition);

/// <summary>The part of the predictions that is on the disk.</summary>
/// <param name="Job">What they are predictions of.</param>
/// <param name="Rows">Rows whose predictions are complete.</param>
/// <param name="Bytes">Length of the predictions up to there.</param>
internal sealed record JobProgress(JobIdentity Job, long Rows, long Bytes);

/// <summary>A partition whose predictions are complete.</summary>
/// <param name="Job">What they are predictions of.</param>
/// <param name="Rows">How many.</param>
/// <param name="Sha256">SHA-256 of their file.</param>
internal sealed record CompletePartition(JobIdentity Job, long Rows, string Sha256);
