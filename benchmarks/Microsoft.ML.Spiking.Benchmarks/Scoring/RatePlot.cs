using Microsoft.ML.Spiking.Benchmarks.Measuring;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using OxyPlot.SkiaSharp;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Draws the cost of a row against the firing rate, beside the results.</summary>
internal static class RatePlot
{
    private const int Width = 800;
    private const int Height = 500;

    /// <summary>Writes an SVG and a PNG beside the results, whose names begin like theirs.</summary>
    /// <param name="network">Its name.</param>
    /// <param name="points">In the order of their rates.</param>
    /// <param name="results">The file of the results.</param>
    public static void Write(string network, IEnumerable<RatePoint> points, string results)
    {
        string path = Numbers.Text($"{Path.ChangeExtension(results, null)}-{network}");
        PlotModel plot = Draw(network, points);
        using (FileStream stream = File.Create(path + ".svg"))
        {
            new OxyPlot.SkiaSharp.SvgExporter { Width = Width, Height = Height }.Export(plot, stream);
        }
        PngExporter.Export(plot, path + ".png", Width, Height);
    }

    private static PlotModel Draw(string network, IEnumerable<RatePoint> points)
    {
        var plot = new PlotModel
        {
            Title = $"One row of the network '{network}' in managed code",
            Background = OxyColors.White,
        };
        plot.Axes.Add(
            new LinearAxis { Position = AxisPosition.Bottom, Title = "spikes per neuron and time step", Minimum = 0 });
        plot.Axes.Add(new LinearAxis { Position = AxisPosition.Left, Title = "microseconds", Minimum = 0 });
        var line = new LineSeries { MarkerType = MarkerType.Circle, MarkerSize = 4 };
        line.Points.AddRange(points.Select(point => new DataPoint(point.Rate, point.Microseconds)));
        plot.Series.Add(line);
        return plot;
    }
}
