using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict/batch.</summary>
internal sealed record BatchRequest
{
    /// <summary>Gets the rows, each with the features of the model.</summary>
    [Required]
    public float[]?[]? Rows { get; init; }
}
