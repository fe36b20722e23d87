using System.Globalization;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Numbers as text, the same in every culture.</summary>
internal static class Numbers
{
    public static string Text(ref Invariant text) => text.Finish();

    public static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The handler of interpolated strings, in the invariant culture.</summary>
    [InterpolatedStringHandler]
    public ref struct Invariant(int literalLength, int formattedCount)
    {
        private DefaultInterpolatedStringHandler _text =
            new(literalLength, formattedCount, CultureInfo.InvariantCulture);

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

        public string Finish() => _text.ToStringAndClear();
    }
}
