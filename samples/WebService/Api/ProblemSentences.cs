using Microsoft.AspNetCore.Http.Features;

namespace WebService.Api;

/// <summary>Gives a sentence to every problem that has none.</summary>
internal static class ProblemSentences
{
    public static void Configure(ProblemDetailsOptions options) =>
        options.CustomizeProblemDetails = context => context.ProblemDetails.Detail ??= Sentence(context.HttpContext);

    private static string? Sentence(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound =>
            "There is nothing here: see POST /predict, POST /predict/batch, GET /health and GET /openapi/v1.json.",
        StatusCodes.Status405MethodNotAllowed => "This address takes another method: see GET /openapi/v1.json.",
        StatusCodes.Status413PayloadTooLarge =>
            $"The body is longer than {Limit(context)} bytes: send fewer rows at a time.",
        StatusCodes.Status415UnsupportedMediaType =>
            "The body must be JSON in UTF-8: send it with Content-Type: application/json.",
        StatusCodes.Status500InternalServerError => "The service failed; see its log.",
        _ => null,
    };

    private static long? Limit(HttpContext context) =>
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize;
}
