namespace WebService.Api;

/// <summary>The answer to POST /predict.</summary>
/// <param name="Label">The class of the greatest probability.</param>
/// <param name="Probabilities">The probability of each class; their sum is 1.</param>
/// <param name="Model">Which model says it: the first digits of its file's SHA-256.</param>
internal sealed record PredictResponse(
    string Label,
    IReadOnlyDictionary<string, float> Probabilities,
    string Model);
