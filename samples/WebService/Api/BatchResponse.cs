namespace WebService.Api;

/// <summary>The answer to POST /predict/batch.</summary>
/// <param name="Predictions">The predictions, in the order of the rows.</param>
/// <param name="Model">The model that was used for all rows: the first digits of its file's SHA-256.</param>
internal sealed record BatchResponse(
    IReadOnlyList<Prediction> Predictions,
    string Model);
