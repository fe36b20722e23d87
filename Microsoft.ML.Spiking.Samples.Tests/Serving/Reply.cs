namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>The service's answer to POST /predict.</summary>
internal sealed record Reply(string Label, Dictionary<string, float> Probabilities, string Model)
{
    /// <summary>Returns whether this equals a model's prediction, to the last bit.</summary>
    public bool Says(Answer answer) => Label == answer.PredictedLabel
        && Probabilities.Keys.SequenceEqual(TestModel.Classes)
        && Probabilities.Values.SequenceEqual(answer.Score);
}

/// <summary>The service's answer to POST /predict/batch.</summary>
internal sealed record BatchReply(Reply[] Predictions, string Model);

/// <summary>The service's answer to GET /health.</summary>
internal sealed record HealthReply(string Status, string? Fault, string Model, int Features, string[] Classes);
