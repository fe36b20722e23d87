namespace WebService.Api;

/// <summary>One sentence for features that the model cannot take.</summary>
internal static class FeatureCheck
{
    /// <summary>The sentence, or null where the features can be taken.</summary>
    /// <param name="features">What the request holds.</param>
    /// <param name="count">The model's number of features.</param>
    /// <param name="name">What the request calls them.</param>
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

    /// <summary>The sentence for finite values with which the model computes no finite scores.</summary>
    public static string TooLarge(string name) => $"'{name}' cannot be scored: its values are too large for the model.";
}
