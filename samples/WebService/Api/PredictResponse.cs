namespace WebService.Api;

/// <summary>The answer to POST /predict.</summary>
/// <param name="Label">The class with the highest probability.</param>
/// <param name="Probabilities">The probability of each class; their sum is 1.</param>
/// <param name="Model">The model that was used: the first digits of its file's SHA-256.</param>
internal sealed record PredictResponse(
    string Label,
    IReadOnlyDictionary<string, float> Probabilities,
    string Model);
