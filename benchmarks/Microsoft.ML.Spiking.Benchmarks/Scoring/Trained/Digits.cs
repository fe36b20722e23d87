using System.Globalization;
using Quickstart;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>The digits that networks are trained on: MNIST if it is available, else drawn ones.</summary>
internal static class Digits
{
    private const string Variable = "SPIKING_DATA";
    private const string File = "mnist-train-images-idx3-ubyte.gz";
    private const int DrawnTestCount = 2_000;
    private const int DrawnTrainCount = 12_000;

    private static readonly string? Folder = Find();

    /// <summary>Gets the name of the data.</summary>
    public static string Name => Folder is null ? "drawn digits" : "MNIST";

    public static DigitRow[] Train(int count) => Rows(Folder is null
        ? DrawnDigits.Draw(1, DrawnTestCount, Math.Min(count, DrawnTrainCount))
        : IdxDigits.Read(Folder, "train"), count);

    public static DigitRow[] Test(int count) => Rows(Folder is null
        ? DrawnDigits.Draw(1, 0, DrawnTestCount)
        : IdxDigits.Read(Folder, "t10k"), count);

    private static DigitRow[] Rows(IReadOnlyList<DigitImage> images, int count) =>
        [.. images.Take(count).Select(image => new DigitRow
        {
            Features = [.. image.Pixels.Select(pixel => (float)pixel)],
            Label = uint.Parse(image.Label, CultureInfo.InvariantCulture),
        })];

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return named;
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", "data");
            if (System.IO.File.Exists(Path.Combine(candidate, File)))
            {
                return candidate;
            }
        }
        return null;
    }
}
