namespace WebService.Api;

/// <summary>A check of features, with one sentence for those that the model cannot take.</summary>
internal static class FeatureCheck
{
    /// <summary>Returns the sentence, or null if the features are valid.</summary>
    /// <param name="features">The features in the request.</param>
    /// <param name="count">The model's number of features.</param>
    /// <param name="name">Their name in the request.</param>
    public static string? Fault(float[]? features, int count, string name)
    {
        if (features is null)
        {
            return $"The request lacks '{name}', an array of {count} numbers.";
        }
        if (features.Length != count)
        {
            return $"'{name}' has {features.Length} values; the model takes {count}.";
        }
        int wrong = Array.FindIndex(features, value => !float.IsFinite(value));
        return wrong < 0 ? null : $"'{name}[{wrong}]' is beyond the range of a 32-bit floating-point number.";
    }

    /// <summary>Returns the sentence for finite values from which the model computes no finite scores.</summary>
    public static string TooLarge(string name) => $"'{name}' cannot be scored: its values are too large for the model.";
}
