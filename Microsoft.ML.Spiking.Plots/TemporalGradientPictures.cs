using OxyPlot;
using OxyPlot.Axes;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of a <see cref="TemporalGradientReport"/>.</summary>
public static class TemporalGradientPictures
{
    /// <summary>Draws what each step back adds to the gradient of each layer, in percent of the total.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawGradients(this TemporalGradientReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New(
            Invariant($"Gradient through time, {report.Neuron}, {report.Rows:N0} rows"), hasLegend: true);
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "steps back", -0.5, report.TimeSteps - 0.5));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "norm of what the step adds (% of the whole)", from: 0));
        for (int i = 0; i < report.Layers.Count; i++)
        {
            Plot.AddLine(plot, i, report.Layers[i].Name,
                report.Layers[i].AddedShares.Select((share, k) => ((double)k, 100 * share)));
        }
        return new(plot);
    }
}
