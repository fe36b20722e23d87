using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict.</summary>
internal sealed record PredictRequest
{
    /// <summary>As many numbers as the model has features; GET /health says how many.</summary>
    [Required]
    public float[]? Features { get; init; }
}
