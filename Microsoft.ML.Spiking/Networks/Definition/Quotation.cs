using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>Text of a file in a message: cut, and on one line, because the file may be a stranger's.</summary>
internal static class Quotation
{
    private const int Longest = 80;

    /// <summary>Cuts a name or value of a file.</summary>
    /// <param name="text">Of any length.</param>
    public static string Of(string text) => Of(text, Longest);

    /// <summary>Cuts a sentence that quotes a file, such as that of a JSON reader.</summary>
    /// <param name="text">Of any length.</param>
    public static string OfSentence(string text) => Of(text, 4 * Longest);

    private static string Of(string text, int longest)
    {
        char[] characters = text[..Math.Min(text.Length, longest)].ToCharArray();
        for (int i = 0; i < characters.Length; i++)
        {
            if (char.IsControl(characters[i]))
            {
                characters[i] = ' ';
            }
        }
        var cut = new string(characters);
        return text.Length > longest ? Invariant($"{cut}… ({text.Length:N0} characters)") : cut;
    }
}
