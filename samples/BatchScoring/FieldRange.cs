using System.Globalization;

namespace BatchScoring;

/// <summary>Fields of a line, counted from 1.</summary>
internal readonly record struct FieldRange(int First, int Last)
{
    public int Count => Last - First + 1;

    /// <summary>Reads "2-785" or "7".</summary>
    public static bool TryParse(string text, out FieldRange range)
    {
        string[] ends = text.Split('-');
        range = ends.Length <= 2 && Field(ends[0]) is int first && Field(ends[^1]) is int last
            ? new(first, last)
            : default;
        return range.First >= 1 && range.Last >= range.First;
    }

    public override string ToString() => Count == 1 ? $"{First}" : $"{First}-{Last}";

    private static int? Field(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number < int.MaxValue
            ? number
            : null;
}
