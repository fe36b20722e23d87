using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict.</summary>
internal sealed record PredictRequest
{
    /// <summary>Gets the features; GET /health says how many the model takes.</summary>
    [Required]
    public float[]? Features { get; init; }
}
