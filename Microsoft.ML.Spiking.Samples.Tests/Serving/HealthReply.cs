namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>What the service answers to GET /health.</summary>
internal sealed record HealthReply(string Status, string? Fault, string Model, int Features, string[] Classes);
