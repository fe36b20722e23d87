using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of studies of <see cref="SpikingClifTrainer.Options.GradientHorizon"/>.</summary>
public static class HorizonPictures
{
    /// <summary>Draws accuracies against the horizon, with a bar of one standard deviation to both sides.</summary>
    /// <param name="title">Over the picture.</param>
    /// <param name="points">The accuracies, from which each neuron gets a curve.</param>
    public static Picture DrawHorizons(string title, IEnumerable<HorizonAccuracy> points)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(points);
        PlotModel plot = Plot.New(title, hasLegend: true);
        LinearAxis horizons = Plot.Axis(AxisPosition.Bottom, "gradient horizon k (time steps back)");
        horizons.MinimumMajorStep = 1;
        horizons.MinimumPadding = horizons.MaximumPadding = 0.05;
        plot.Axes.Add(horizons);
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "accuracy (%)"));
        int index = 0;
        foreach (IGrouping<string, HorizonAccuracy> curve in points.GroupBy(point => point.Neuron))
        {
            Plot.AddLine(plot, index, curve.Key, curve.Select(point => ((double)point.Horizon, 100 * point.Mean)));
            var bars = new ScatterErrorSeries
            {
                MarkerType = MarkerType.None,
                ErrorBarColor = Plot.Color(index),
                ErrorBarStopWidth = 6,
            };
            bars.Points.AddRange(curve.Select(point =>
                new ScatterErrorPoint(point.Horizon, 100 * point.Mean, 0, 200 * point.StandardDeviation)));
            plot.Series.Add(bars);
            index++;
        }
        return new(plot);
    }
}

/// <summary>The accuracy of networks of one neuron that were trained with one gradient horizon.</summary>
public sealed class HorizonAccuracy
{
    /// <summary>Gets the name of the neuron.</summary>
    public required string Neuron { get; init; }

    /// <summary>Gets <see cref="SpikingClifTrainer.Options.GradientHorizon"/>.</summary>
    public required int Horizon { get; init; }

    /// <summary>Gets the mean accuracy over several seeds, 0 to 1.</summary>
    public required double Mean { get; init; }

    /// <summary>Gets the standard deviation of the accuracy.</summary>
    public required double StandardDeviation { get; init; }
}
