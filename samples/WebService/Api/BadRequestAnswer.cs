using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace WebService.Api;

/// <summary>Answers a request whose body cannot be read with one sentence that gives the reason.</summary>
internal sealed class BadRequestAnswer(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return ValueTask.FromResult(false);
        }
        httpContext.Response.StatusCode = bad.StatusCode;
        return problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = { Status = bad.StatusCode, Detail = Sentence(bad) },
        });
    }

    /// <summary>Null leaves it to <see cref="ProblemSentences"/>.</summary>
    private static string? Sentence(BadHttpRequestException bad) => bad switch
    {
        { StatusCode: not StatusCodes.Status400BadRequest } => null,
        {
            InnerException: JsonException
            {
                Path.Length: > 1, LineNumber: long line,
                BytePositionInLine: long position
            } json
        } =>
            $"The body is not the JSON that is asked for: see '{json.Path}', line {line + 1}, byte {position + 1}.",
        { InnerException: JsonException } => "The body is not the JSON object that is asked for.",
        _ => "The request has no body that can be read.",
    };
}
