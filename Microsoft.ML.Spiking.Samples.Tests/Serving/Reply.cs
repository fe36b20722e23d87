namespace Microsoft.ML.Spiking.Samples.Tests.Serving;

/// <summary>What the service answers to POST /predict.</summary>
internal sealed record Reply(string Label, Dictionary<string, float> Probabilities, string Model)
{
    /// <summary>Whether this is what a model says, to the last bit.</summary>
    public bool Says(Answer answer) => Label == answer.PredictedLabel
        && Probabilities.Keys.SequenceEqual(TestModel.Classes)
        && Probabilities.Values.SequenceEqual(answer.Score);
}
