namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>The service's answer to POST /predict/batch.</summary>
internal sealed record BatchReply(Reply[] Predictions, string Model);
