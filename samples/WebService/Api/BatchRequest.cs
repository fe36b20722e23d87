using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict/batch.</summary>
internal sealed record BatchRequest
{
    /// <summary>Rows of as many numbers as the model has features.</summary>
    [Required]
    public float[]?[]? Rows { get; init; }
}
