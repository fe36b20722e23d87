using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using WebService.Models;

namespace WebService.Api;

/// <summary>POST /predict and POST /predict/batch.</summary>
internal static class PredictEndpoints
{
    public static void MapPredictions(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder predict = routes.MapGroup("/predict").WithTags("Predictions")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        predict.MapPost("", Predict).WithName("Predict").WithSummary("The label and the probabilities of one row.");
        predict.MapPost("/batch", PredictBatch).WithName("PredictBatch")
            .WithSummary("The same for many rows, by one model.");
    }

    private static Results<Ok<PredictResponse>, ProblemHttpResult> Predict(PredictRequest request, ModelStore models)
    {
        using ModelLease lease = models.Rent();
        ServedModel model = lease.Model;
        if (FeatureCheck.Fault(request.Features, model.Schema.FeatureCount, "features") is string fault)
        {
            return Bad(fault);
        }
        return Prediction.Of(model.Schema.Classes, model.Score(request.Features!)) is Prediction prediction
            ? TypedResults.Ok(new PredictResponse(prediction.Label, prediction.Probabilities, model.Version))
            : Bad(FeatureCheck.TooLarge("features"));
    }

    private static Results<Ok<BatchResponse>, ProblemHttpResult> PredictBatch(
        BatchRequest request, ModelStore models, IOptions<ServiceOptions> options)
    {
        using ModelLease lease = models.Rent();
        ServedModel model = lease.Model;
        if (Fault(request.Rows, model.Schema.FeatureCount, options.Value.MaxBatchRows) is string fault)
        {
            return Bad(fault);
        }
        Prediction?[] predictions =
            [.. model.Score(request.Rows!).Select(scores => Prediction.Of(model.Schema.Classes, scores))];
        int unscored = Array.IndexOf(predictions, null);
        return unscored < 0
            ? TypedResults.Ok(new BatchResponse(predictions!, model.Version))
            : Bad(FeatureCheck.TooLarge($"rows[{unscored}]"));
    }

    private static string? Fault(float[]?[]? rows, int featureCount, int maximumRows)
    {
        if (rows is null)
        {
            return $"The request lacks 'rows', an array of arrays of {featureCount} numbers.";
        }
        return rows.Length > maximumRows
            ? $"'rows' has {rows.Length} rows; send at most {maximumRows} at a time."
            : rows.Select((row, index) => FeatureCheck.Fault(row, featureCount, $"rows[{index}]"))
                .FirstOrDefault(fault => fault is not null);
    }

    private static ProblemHttpResult Bad(string sentence) =>
        TypedResults.Problem(sentence, statusCode: StatusCodes.Status400BadRequest);
}
