using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of an <see cref="EnergyReport"/>.</summary>
public static class EnergyPictures
{
    /// <summary>
    /// Draws the estimates of ANN, LIF and CLIF side by side, by both conventions, on a logarithmic scale.
    /// </summary>
    /// <param name="report">The report.</param>
    public static Picture DrawEnergy(this EnergyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New("Energy of one row, estimated", hasLegend: true);
        double[] energies =
        [
            .. report.Estimates.SelectMany(estimate => new[] { estimate.OperationEnergy, estimate.MemoryModelEnergy })
                .Where(energy => energy > 0),
        ];
        double lowest = energies.Length == 0 ? 1 : Math.Pow(10, Math.Floor(Math.Log10(energies.Min())) - 0.3);
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "neurons", report.Estimates.Select(estimate => estimate.Neuron)));
        plot.Axes.Add(new LogarithmicAxis
        {
            Position = AxisPosition.Left,
            Title = "microjoules",
            Minimum = lowest,
            MaximumPadding = 0.1,
            MajorGridlineStyle = LineStyle.Dot,
            MajorGridlineColor = Plot.Grid,
            AxisTitleDistance = 10,
        });
        Add(0, "operations alone", -0.32, estimate => estimate.OperationEnergy);
        Add(1, "with memory (Lemaire et al.)", 0.02, estimate => estimate.MemoryModelEnergy);
        return new(plot);

        // Bars of a logarithmic axis begin at its lowest value.
        void Add(int index, string title, double from, Func<EnergyEstimate, double> value)
        {
            var series = new RectangleBarSeries { Title = title, FillColor = Plot.Color(index), StrokeThickness = 0 };
            for (int i = 0; i < report.Estimates.Count; i++)
            {
                series.Items.Add(new(i + from, lowest, i + from + 0.3, Math.Max(value(report.Estimates[i]), lowest)));
            }
            plot.Series.Add(series);
        }
    }

    /// <summary>Draws the operations of each layer: accumulates and multiply-accumulates.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawOperations(this EnergyReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New(Invariant($"Operations of one row, {report.TimeSteps} steps"), hasLegend: true);
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "layer", report.Layers.Select(layer => layer.Name)));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "thousand operations", from: 0));
        Plot.AddBars(plot, 0, "accumulates (spikes arrive)",
            report.Layers.Select((layer, i) => (i - 0.32, i - 0.02, layer.Accumulates / 1e3)));
        Plot.AddBars(plot, 1, "multiply-accumulates",
            report.Layers.Select((layer, i) => (i + 0.02, i + 0.32, layer.MultiplyAccumulates / 1e3)));
        return new(plot);
    }
}
