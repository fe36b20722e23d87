using System.ComponentModel.DataAnnotations;

namespace WebService.Api;

/// <summary>The body of POST /predict/batch.</summary>
internal sealed record BatchRequest
{
    /// <summary>Gets the rows, each with the features of the model.</summary>
    [Required]
    public float[]?[]? Rows { get; init; }
}

/// <summary>The answer to POST /predict/batch.</summary>
/// <param name="Predictions">The predictions, in the order of the rows.</param>
/// <param name="Model">The model that was used for all rows: the first digits of its file's SHA-256.</param>
internal sealed record BatchResponse(
    IReadOnlyList<Prediction> Predictions,
    string Model);
