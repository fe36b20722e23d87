namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>The service's answer to GET /health.</summary>
internal sealed record HealthReply(string Status, string? Fault, string Model, int Features, string[] Classes);
