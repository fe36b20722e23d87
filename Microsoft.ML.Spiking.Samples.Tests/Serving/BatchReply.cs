namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>What the service answers to POST /predict/batch.</summary>
internal sealed record BatchReply(Reply[] Predictions, string Model);
