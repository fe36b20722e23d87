using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebService;

/// <summary>The answer to GET /health: the state, the fault, and the model.</summary>
internal static class HealthAnswer
{
    public static HealthCheckOptions Options { get; } = new() { ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        HealthReportEntry model = report.Entries["model"];
        var answer = new Dictionary<string, object?>(
            model.Data.Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value)))
        {
            ["status"] = report.Status.ToString(),
            ["fault"] = model.Description,
        };
        return context.Response.WriteAsJsonAsync(answer);
    }
}
