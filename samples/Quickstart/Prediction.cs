using System.Diagnostics;
using Microsoft.ML;
using Spectre.Console;

namespace Quickstart;

/// <summary>
/// The second process, which knows only the file. Loading needs no registration and no native library.
/// </summary>
internal static class Prediction
{
    public static int Run(string modelPath, string imagesPath)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(modelPath, out _);
        using var engine = ml.Model.CreatePredictionEngine<DigitImage, DigitPrediction>(model);

        byte[] bytes = File.ReadAllBytes(imagesPath);
        foreach (byte[] pixels in bytes.Chunk(DigitImage.Side * DigitImage.Side))
        {
            DigitPrediction prediction = engine.Predict(new DigitImage { Pixels = pixels });
            Console.Write(Drawing(pixels));
            AnsiConsole.MarkupLineInterpolated(
                $"predicted [bold green]{prediction.PredictedLabel}[/], probability {prediction.Score.Max():0.000}");
        }
        bool torch = Process.GetCurrentProcess().Modules.Cast<ProcessModule>()
            .Any(module => module.ModuleName.Contains("torch", StringComparison.OrdinalIgnoreCase)
                && !module.ModuleName.EndsWith(".dll", StringComparison.Ordinal));
        Console.WriteLine(torch ? "libtorch was loaded to score" : "scored without libtorch");
        return 0;
    }

    /// <summary>Draws the digit as text, with two rows of pixels in a line.</summary>
    private static string Drawing(byte[] pixels)
    {
        const string Shades = " .:-=+*#%@";
        int side = DigitImage.Side;
        return string.Concat(Enumerable.Range(0, side / 2).Select(y => string.Concat(Enumerable.Range(0, side)
            .Select(x => Shades[(pixels[(2 * y * side) + x] + pixels[(((2 * y) + 1) * side) + x]) *
                (Shades.Length - 1) / 510]))
            .TrimEnd() + "\n"));
    }
}
