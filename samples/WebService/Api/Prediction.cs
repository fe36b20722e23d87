namespace WebService.Api;

/// <summary>The model's prediction for a row.</summary>
/// <param name="Label">The class with the highest probability.</param>
/// <param name="Probabilities">The probability of each class; their sum is 1.</param>
internal sealed record Prediction(
    string Label,
    IReadOnlyDictionary<string, float> Probabilities)
{
    /// <summary>Returns the prediction, or null if the row cannot be scored.</summary>
    public static Prediction? Of(IReadOnlyList<string> classes, float[] scores) => float.IsNaN(scores[0])
        ? null
        : new Prediction(classes[scores.IndexOf(scores.Max())], new Dictionary<string, float>(
            classes.Zip(scores, (name, score) => KeyValuePair.Create(name, score))));
}
