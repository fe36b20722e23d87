using OxyPlot;
using OxyPlot.Axes;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of models derived from others: converted, pruned or calibrated.</summary>
public static class ConversionPictures
{
    /// <summary>
    /// Draws the accuracy with LIF neurons against the potential of the hard reset, with those of CLIF and of the soft
    /// reset as lines.
    /// </summary>
    /// <param name="conversion">The conversion.</param>
    public static Picture DrawResets(this LifConversion conversion)
    {
        ArgumentNullException.ThrowIfNull(conversion);
        PlotModel plot = Plot.New(Invariant($"LIF with CLIF's weights, {conversion.Rows:N0} rows"), hasLegend: true);
        plot.Axes.Add(Plot.Axis(AxisPosition.Bottom, "reset potential (threshold's unit)"));
        double[] accuracies =
        [
            .. conversion.Trials.Select(trial => trial.Accuracy), conversion.ClifAccuracy,
            conversion.SoftResetAccuracy,
        ];
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "accuracy (%)",
            Math.Max(0, (100 * accuracies.Min()) - 1), Math.Min(100, (100 * accuracies.Max()) + 1)));
        double from = conversion.Trials.Min(trial => trial.ResetPotential);
        double to = conversion.Trials.Max(trial => trial.ResetPotential);
        Plot.AddLine(plot, 0, "LIF, hard reset",
            conversion.Trials.Select(trial => (trial.ResetPotential, 100 * trial.Accuracy)));
        Plot.AddLevel(plot, 1, "CLIF", 100 * conversion.ClifAccuracy, from, to);
        Plot.AddLevel(plot, 2, "LIF, soft reset", 100 * conversion.SoftResetAccuracy, from, to);
        return new(plot);
    }

    /// <summary>Draws the share of each layer's weights that are 0.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawSparsity(this PruningReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New("Weights that are 0", subtitle:
            Invariant($"accuracy {100 * report.AccuracyBefore:0.00} % before, {100 * report.Accuracy:0.00} % after"));
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "layer", report.Layers.Select(layer => layer.Layer)));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "weights that are 0 (%)", 0, 100));
        Plot.AddBars(plot, 0, null,
            report.Layers.Select((layer, i) => (i - 0.3, i + 0.3, 100 * layer.Sparsity)));
        return new(plot);
    }

    /// <summary>Draws the mean cross entropy before and with the temperature.</summary>
    /// <param name="fit">The temperature.</param>
    public static Picture DrawTemperature(this TemperatureFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        PlotModel plot = Plot.New(Invariant($"Temperature {fit.Temperature:0.000}, {fit.Rows:N0} rows"));
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "probabilities", ["before", "with the temperature"]));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "mean cross entropy (nats)", from: 0));
        Plot.AddBars(plot, 0, null, [(-0.3, 0.3, fit.LogLossBefore), (0.7, 1.3, fit.LogLossAfter)]);
        return new(plot);
    }
}
