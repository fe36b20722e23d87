using System.Text.Json;
using System.Text.Json.Serialization;

namespace WebService.Api;

/// <summary>The rules for JSON in bodies: numbers are not text, and NaN is not a number.</summary>
internal static class ApiJson
{
    public static void Configure(JsonSerializerOptions options)
    {
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
    }
}
