using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict.</summary>
internal sealed record PredictRequest
{
    /// <summary>Gets the features; GET /health says how many the model takes.</summary>
    [Required]
    public float[]? Features { get; init; }
}

/// <summary>The answer to POST /predict.</summary>
/// <param name="Label">The class with the highest probability.</param>
/// <param name="Probabilities">The probability of each class; their sum is 1.</param>
/// <param name="Model">The model that was used: the first digits of its file's SHA-256.</param>
internal sealed record PredictResponse(
    string Label,
    IReadOnlyDictionary<string, float> Probabilities,
    string Model);
