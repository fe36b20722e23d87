using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Draws accuracies against the mean steps of a row, beside the results.</summary>
internal static class EarlyExitPlot
{
    private const int Width = 800, Height = 500;

    /// <summary>Writes an SVG and a PNG.</summary>
    /// <param name="reports">The models' names and figures.</param>
    /// <param name="path">Without an extension.</param>
    public static void Write(IReadOnlyList<(string Name, EarlyExitReport Report)> reports, string path)
    {
        var plot = new PlotModel
        {
            Title = "Rows that end when they are decided",
            Background = OxyColors.White,
            IsLegendVisible = true,
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomCenter,
        });
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Bottom,
            Title = "mean time steps of a row",
            Minimum = 0,
        });
        // Rows that all end after few steps may be far below.
        double lowest = reports.Min(one => one.Report.Points.Min(point => 100 * point.Accuracy));
        plot.Axes.Add(new LinearAxis
        {
            Position = AxisPosition.Left,
            Title = "accuracy (%)",
            Minimum = Math.Floor(lowest) - 2,
        });
        foreach ((string name, EarlyExitReport report) in reports)
        {
            var early = new LineSeries { Title = name, MarkerType = MarkerType.Circle, MarkerSize = 4 };
            early.Points.AddRange(report.Points.OrderBy(point => point.MeanSteps)
                .Select(point => new DataPoint(point.MeanSteps, 100 * point.Accuracy)));
            var fixedSteps = new LineSeries { Title = $"{name}, all rows alike", LineStyle = LineStyle.Dash };
            fixedSteps.Points.AddRange(report.StepAccuracies.Select(
                (accuracy, t) => new DataPoint(t + 1, 100 * accuracy)));
            plot.Series.Add(early);
            plot.Series.Add(fixedSteps);
        }
        using (FileStream stream = File.Create(path + ".svg"))
        {
            new OxyPlot.SkiaSharp.SvgExporter { Width = Width, Height = Height }.Export(plot, stream);
        }
        PngExporter.Export(plot, path + ".png", Width, Height);
    }
}
