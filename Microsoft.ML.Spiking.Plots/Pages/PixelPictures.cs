using SkiaSharp;

namespace Microsoft.ML.Spiking.Plots.Pages;

/// <summary>
/// The image of an explained row, and its attributions drawn over it, a pixel of the file for each pixel.
/// </summary>
internal static class PixelPictures
{
    private const double Faintest = 0.35;

    /// <summary>
    /// Saves the row: in colors where it has three channels, else the sum over channels and time in gray.
    /// </summary>
    public static void SaveImage(PredictionExplanation explanation, IReadOnlyList<int> shape, string path) =>
        Save(explanation, shape, path, (gray, _) => gray);

    /// <summary>
    /// Saves the row in gray, brightened, with what speaks for the class in blue over it and what speaks against it in
    /// orange.
    /// </summary>
    public static void SaveOverlay(PredictionExplanation explanation, IReadOnlyList<int> shape, string path)
    {
        double[] sums = Sums(explanation.Attributions, shape);
        double largest = Math.Max(sums.Max(Math.Abs), 1e-12);
        Save(explanation, shape, path, (color, pixel) =>
        {
            double gray = 255 - ((255 - ((color.Red + color.Green + color.Blue) / 3.0)) * Faintest);
            double share = Math.Abs(sums[pixel]) / largest;
            (double red, double green, double blue) = sums[pixel] >= 0 ? (0x00, 0x72, 0xb2) : (0xd5, 0x5e, 0x00);
            return new SKColor(Mix(gray, red, share), Mix(gray, green, share), Mix(gray, blue, share));
        });
    }

    private static byte Mix(double from, double to, double share) => (byte)Math.Round(from + (share * (to - from)));

    private static void Save(PredictionExplanation explanation, IReadOnlyList<int> shape, string path,
        Func<SKColor, int, SKColor> change)
    {
        (int height, int width) = (shape[^2], shape[^1]);
        int pixels = height * width;
        bool isColored = shape is [3, _, _];
        double[] gray = Sums(explanation.Features.Select(value => (double)value), shape);
        (double low, double high) = isColored
            ? (explanation.Features.Min(), explanation.Features.Max()) : (gray.Min(), gray.Max());
        double range = high > low ? high - low : 1;
        using var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        for (int pixel = 0; pixel < pixels; pixel++)
        {
            byte Level(double value) => (byte)Math.Round(255 * (value - low) / range);
            SKColor color = isColored
                ? new SKColor(Level(explanation.Features[pixel]), Level(explanation.Features[pixels + pixel]),
                    Level(explanation.Features[(2 * pixels) + pixel]))
                : new SKColor(Level(gray[pixel]), Level(gray[pixel]), Level(gray[pixel]));
            bitmap.SetPixel(pixel % width, pixel / width, change(color, pixel));
        }
        using FileStream stream = File.Create(path);
        bitmap.Encode(stream, SKEncodedImageFormat.Png, quality: 100);
    }

    /// <summary>Sums values over channels and time steps.</summary>
    private static double[] Sums(IEnumerable<double> values, IReadOnlyList<int> shape)
    {
        double[] sums = new double[shape[^2] * shape[^1]];
        int index = 0;
        foreach (double value in values)
        {
            sums[index++ % sums.Length] += value;
        }
        return sums;
    }
}
