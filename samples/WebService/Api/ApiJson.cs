using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebService.Api;

/// <summary>How bodies are read: numbers are numbers, not text, and there is no NaN.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
    }
}
