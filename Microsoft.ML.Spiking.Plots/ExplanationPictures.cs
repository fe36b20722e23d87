using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of a <see cref="PredictionExplanation"/>.</summary>
public static class ExplanationPictures
{
    private const int MostBars = 20;

    /// <summary>
    /// Draws the attributions: of an image over its pixels, with the image beside them, summed over channels and time
    /// steps; of other rows the twenty largest as bars.
    /// </summary>
    /// <param name="explanation">The explanation.</param>
    public static Picture DrawAttributions(this PredictionExplanation explanation)
    {
        ArgumentNullException.ThrowIfNull(explanation);
        PlotModel plot = Plot.New(Invariant($"Why '{explanation.Class}', {100 * explanation.Probability:0.0} %"),
            subtitle: Invariant($"row {explanation.Row}, ") + (explanation.Method == ExplanationMethod.Occlusion
                ? "by how much the probability falls without it" : "surrogate gradient of the logit"));
        if (explanation.Shape is [.., _, int height, int width])
        {
            AddImage(plot, explanation, height, width);
        }
        else
        {
            AddBars(plot, explanation);
        }
        return new(plot);
    }

    private static string Unit(PredictionExplanation explanation) =>
        explanation.Method == ExplanationMethod.Occlusion ? "probability" : "logit";

    private static void AddImage(PlotModel plot, PredictionExplanation explanation, int height, int width)
    {
        double[,] image = new double[width, height], attributions = new double[width, height];
        for (int i = 0; i < explanation.Features.Count; i++)
        {
            (int y, int x) = Math.DivRem(i % (height * width), width);
            // The first row of pixels is drawn at the top.
            image[x, height - 1 - y] += explanation.Features[i];
            attributions[x, height - 1 - y] += explanation.Attributions[i];
        }
        double largest = Math.Max(attributions.Cast<double>().Max(Math.Abs), 1e-12);
        plot.PlotType = PlotType.Cartesian;
        plot.Axes.Add(
            Plot.Axis(AxisPosition.Bottom, "pixel; left the row, right its attributions", -1, (2 * width) + 1));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "pixel", -1, height));
        plot.Axes.Add(new LinearColorAxis
        {
            Key = "image",
            Position = AxisPosition.None,
            Palette = OxyPalettes.Gray(256),
        });
        plot.Axes.Add(new LinearColorAxis
        {
            Key = "attributions",
            Position = AxisPosition.Right,
            Title = $"against (below 0), for (above); {Unit(explanation)}",
            Palette = OxyPalette.Interpolate(201, Plot.Color(1), OxyColors.White, Plot.Color(0)),
            Minimum = -largest,
            Maximum = largest,
        });
        Add(image, 0, "image");
        Add(attributions, width + 1, "attributions");

        void Add(double[,] values, int from, string colors) => plot.Series.Add(new HeatMapSeries
        {
            X0 = from,
            X1 = from + width - 1,
            Y0 = 0,
            Y1 = height - 1,
            Data = values,
            Interpolate = false,
            RenderMethod = HeatMapRenderMethod.Bitmap,
            ColorAxisKey = colors,
        });
    }

    private static void AddBars(PlotModel plot, PredictionExplanation explanation)
    {
        int[] largest =
        [
            .. Enumerable.Range(0, explanation.Attributions.Count)
                .OrderByDescending(i => Math.Abs(explanation.Attributions[i])).Take(MostBars),
        ];
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "feature", largest.Select(i =>
            explanation.Names is { } names && names[i].Length > 0 ? names[i] : Invariant($"{i}"))));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, $"against (below 0), for (above); {Unit(explanation)}"));
        Plot.AddBars(plot, 0, null,
            largest.Select((feature, i) => (i - 0.3, i + 0.3, explanation.Attributions[feature])));
    }
}
