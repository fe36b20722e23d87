using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.Spiking.Tool.Settings;

/// <summary>
/// Names of the library's properties and values as the command line writes them: TimeSteps, time-steps.
/// </summary>
internal static class OptionNames
{
    /// <summary>Returns the name in lower case with hyphens.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool begins = i > 0 && char.IsUpper(name[i])
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            text.Append(begins ? "-" : "").Append(char.ToLowerInvariant(name[i]));
        }
        return text.ToString();
    }

    /// <summary>Returns a sentence of the library in which properties are named as options.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="properties">The properties that are options.</param>
    public static string In(string sentence, IEnumerable<string> properties) =>
        properties.Aggregate(sentence, (text, property) =>
            Regex.Replace(text, $@"(?<![\w.-]){property}(?![\w-])", $"--{Of(property)}"));
}
