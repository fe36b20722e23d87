using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of studies of <see cref="SpikingClifTrainer.Options.GradientHorizon"/>.</summary>
public static class HorizonPictures
{
    /// <summary>Draws accuracies against the horizon, with a bar of one standard deviation to both sides.</summary>
    /// <param name="title">Over the picture.</param>
    /// <param name="curves">
    /// A curve for each neuron: its name, and for each horizon the mean accuracy, 0 to 1, and its standard deviation.
    /// </param>
    public static Picture DrawHorizons(string title,
        IEnumerable<(string Name, IEnumerable<(int Horizon, double Mean, double StandardDeviation)> Points)> curves)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(curves);
        PlotModel plot = Plot.New(title, hasLegend: true);
        LinearAxis horizons = Plot.Axis(AxisPosition.Bottom, "gradient horizon k (time steps back)");
        horizons.MinimumMajorStep = 1;
        horizons.MinimumPadding = horizons.MaximumPadding = 0.05;
        plot.Axes.Add(horizons);
        (string Name, (int Horizon, double Mean, double StandardDeviation)[] Points)[] drawn =
            [.. curves.Select(curve => (curve.Name, curve.Points.ToArray()))];
        // The axis knows the points alone; their bars are to be whole, too.
        double[] ends = [.. drawn.SelectMany(curve => curve.Points).SelectMany(point =>
            new[] { 100 * (point.Mean - point.StandardDeviation), 100 * (point.Mean + point.StandardDeviation) })];
        double margin = ends.Length == 0 ? 0 : 0.05 * Math.Max(ends.Max() - ends.Min(), 1);
        plot.Axes.Add(ends.Length == 0 ? Plot.Axis(AxisPosition.Left, "accuracy (%)")
            : Plot.Axis(AxisPosition.Left, "accuracy (%)", ends.Min() - margin, ends.Max() + margin));
        int index = 0;
        foreach ((string name, (int Horizon, double Mean, double StandardDeviation)[] all) in drawn)
        {
            Plot.AddLine(plot, index, name, all.Select(point => ((double)point.Horizon, 100 * point.Mean)));
            var bars = new ScatterErrorSeries
            {
                MarkerType = MarkerType.None,
                ErrorBarColor = Plot.Color(index),
                ErrorBarStopWidth = 6,
            };
            bars.Points.AddRange(all.Select(point =>
                new ScatterErrorPoint(point.Horizon, 100 * point.Mean, 0, 200 * point.StandardDeviation)));
            plot.Series.Add(bars);
            index++;
        }
        return new(plot);
    }
}
