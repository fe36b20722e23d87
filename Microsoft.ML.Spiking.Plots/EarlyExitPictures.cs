using OxyPlot;
using OxyPlot.Axes;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of an <see cref="EarlyExitReport"/>.</summary>
public static class EarlyExitPictures
{
    /// <summary>
    /// Draws the accuracy against the mean time steps of a row: of rows that end when they are decided, and of rows
    /// that all end at the same step.
    /// </summary>
    /// <param name="report">The report.</param>
    public static Picture DrawEarlyExit(this EarlyExitReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return DrawEarlyExits(Invariant($"Early exit, {report.TimeSteps} time steps"), [("", report)]);
    }

    /// <summary>Draws several reports in one picture.</summary>
    /// <param name="title">Over the picture.</param>
    /// <param name="reports">The reports and what they are of.</param>
    public static Picture DrawEarlyExits(string title, IEnumerable<(string Name, EarlyExitReport Report)> reports)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(reports);
        PlotModel plot = Plot.New(title, hasLegend: true);
        plot.Axes.Add(Plot.Axis(AxisPosition.Bottom, "mean time steps of a row", from: 0));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "accuracy (%)"));
        int index = 0;
        foreach ((string name, EarlyExitReport report) in reports)
        {
            string prefix = name.Length == 0 ? "" : $"{name}, ";
            Plot.AddLine(plot, index++, $"{prefix}each row until it is decided", report.Points
                .OrderBy(point => point.MeanSteps).Select(point => (point.MeanSteps, 100 * point.Accuracy)));
            Plot.AddLine(plot, index++, $"{prefix}all rows for as many steps",
                report.StepAccuracies.Select((accuracy, t) => (t + 1.0, 100 * accuracy)));
        }
        return new(plot);
    }
}
