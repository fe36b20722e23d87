namespace WebService.Api;

/// <summary>The answer to POST /predict/batch.</summary>
/// <param name="Predictions">What the model says, in the order of the rows.</param>
/// <param name="Model">Which model says it, for all rows the same: the first digits of its file's SHA-256.</param>
internal sealed record BatchResponse(
    IReadOnlyList<Prediction> Predictions,
    string Model);
