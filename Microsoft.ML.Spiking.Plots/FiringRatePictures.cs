using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of a <see cref="FiringRateReport"/>.</summary>
public static class FiringRatePictures
{
    /// <summary>Draws the firing rate of each layer as bars.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawRates(this FiringRateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New(Invariant($"Firing rate by layer, {report.Rows:N0} rows"));
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "layer", report.Layers.Select(layer => layer.Name)));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "spikes per neuron and step (%)", from: 0));
        Plot.AddBars(plot, 0, null,
            report.Layers.Select((layer, i) => (i - 0.3, i + 0.3, 100 * layer.Rate)));
        return new(plot);
    }

    /// <summary>Draws the firing rate of each layer against the time step.</summary>
    /// <param name="report">The report.</param>
    public static Picture DrawStepRates(this FiringRateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        PlotModel plot = Plot.New(Invariant($"Firing rate by time step, {report.Rows:N0} rows"), hasLegend: true);
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "time step", 0.5, report.TimeSteps + 0.5));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "spikes per neuron (%)", from: 0));
        for (int i = 0; i < report.Layers.Count; i++)
        {
            Plot.AddLine(plot, i, report.Layers[i].Name,
                report.Layers[i].StepRates.Select((rate, t) => (t + 1.0, 100 * rate)));
        }
        return new(plot);
    }

    /// <summary>Draws a layer's number of spikes at each time step, as bars.</summary>
    /// <param name="report">The report.</param>
    /// <param name="layer">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public static Picture DrawStepHistogram(this FiringRateReport report, string layer)
    {
        LayerFiring found = Find(report, layer);
        PlotModel plot = Plot.New($"Spikes of '{found.Name}' by time step",
            subtitle: Invariant($"mean of {report.Rows:N0} rows"));
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "time step", 0.5, report.TimeSteps + 0.5));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "spikes of the layer", from: 0));
        Plot.AddBars(plot, 0, null,
            found.StepRates.Select((rate, t) => (t + 0.7, t + 1.3, rate * found.Neurons)));
        return new(plot);
    }

    /// <summary>Draws the firing rate of each layer on the rows of each class, as a table of colors.</summary>
    /// <param name="report">The report; its data must have the label column.</param>
    /// <exception cref="ArgumentException">The report has no classes.</exception>
    public static Picture DrawClassRates(this FiringRateReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[] classes =
            [.. report.Layers.SelectMany(layer => layer.ClassRates).Select(rate => rate.Class).Distinct()];
        if (classes.Length == 0)
        {
            throw new ArgumentException("The report has no classes: its data had no label column.", nameof(report));
        }
        PlotModel plot = Plot.New(Invariant($"Firing rate by class, {report.Rows:N0} rows"),
            subtitle: "spikes per neuron and step (%)");
        plot.Axes.Add(Plot.Names(AxisPosition.Bottom, "class", classes));
        plot.Axes.Add(Plot.Names(AxisPosition.Left, "layer", report.Layers.Select(layer => layer.Name).Reverse()));
        double highest = report.Layers.SelectMany(layer => layer.ClassRates).Max(rate => rate.Rate);
        var cells = new RectangleBarSeries { StrokeThickness = 0 };
        for (int layer = 0; layer < report.Layers.Count; layer++)
        {
            int y = report.Layers.Count - 1 - layer; // the first layer is drawn at the top
            foreach (ClassFiring rate in report.Layers[layer].ClassRates)
            {
                int x = Array.IndexOf(classes, rate.Class);
                cells.Items.Add(new RectangleBarItem(x - 0.5, y - 0.5, x + 0.5, y + 0.5)
                {
                    Color = Plot.Shade(highest == 0 ? 0 : rate.Rate / highest),
                });
                if (classes.Length <= 20)
                {
                    plot.Annotations.Add(new TextAnnotation
                    {
                        Text = Invariant($"{100 * rate.Rate:0.0}"),
                        TextPosition = new DataPoint(x, y),
                        TextHorizontalAlignment = HorizontalAlignment.Center,
                        TextVerticalAlignment = VerticalAlignment.Middle,
                        StrokeThickness = 0,
                    });
                }
            }
        }
        plot.Series.Add(cells);
        return new(plot);
    }

    /// <summary>Draws a histogram of the firing rates of a layer's neurons.</summary>
    /// <param name="report">The report.</param>
    /// <param name="layer">The layer's name.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public static Picture DrawHistogram(this FiringRateReport report, string layer)
    {
        LayerFiring found = Find(report, layer);
        PlotModel plot = Plot.New($"Neurons of '{layer}' by firing rate",
            subtitle: Invariant($"{found.DeadNeurons:N0} of {found.Neurons:N0} never fire"));
        plot.Axes.Add(Plot.Axis(AxisPosition.Bottom, "spikes per step (%)", 0, 100));
        plot.Axes.Add(Plot.Axis(AxisPosition.Left, "neurons", from: 0));
        double width = 100.0 / found.Histogram.Count;
        Plot.AddBars(plot, 0, null, found.Histogram.Select((count, i) => (i * width, (i + 1) * width, (double)count)));
        return new(plot);
    }

    /// <summary>Draws the spikes of a layer on one row: a dash for each neuron and step at which it fires.</summary>
    /// <param name="raster">One of <see cref="FiringRateReport.Rasters"/>.</param>
    public static Picture DrawRaster(this SpikeRaster raster)
    {
        ArgumentNullException.ThrowIfNull(raster);
        PlotModel plot = Plot.New(Invariant($"Spikes of '{raster.Layer}' on row {raster.Row}"));
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "time step", 0.5, raster.Steps.Count + 0.5));
        plot.Axes.Add(Plot.Counting(AxisPosition.Left, "neuron", -0.5, raster.Neurons - 0.5));
        // Dashes of half a step in a narrow picture; their height is that of a neuron, within what is visible.
        double width = Math.Clamp(90.0 / raster.Steps.Count, 1.5, 15);
        double height = Math.Clamp(150.0 / raster.Neurons, 0.4, 4) / width;
        // Dashes of large layers overlap: where many neurons fire they add up to the full color.
        double opacity = Math.Clamp(3000.0 / raster.Neurons, 0.15, 1);
        var points = new ScatterSeries
        {
            MarkerType = MarkerType.Custom,
            MarkerOutline = [new(-1, -height), new(1, -height), new(1, height), new(-1, height)],
            MarkerSize = width,
            MarkerFill = OxyColor.FromAColor((byte)Math.Round(255 * opacity), Plot.Color(0)),
            MarkerStrokeThickness = 0,
        };
        for (int t = 0; t < raster.Steps.Count; t++)
        {
            points.Points.AddRange(raster.Steps[t].Select(neuron => new ScatterPoint(t + 1, neuron)));
        }
        plot.Series.Add(points);
        return new(plot);
    }

    /// <summary>Draws the potentials of a neuron on one row, its threshold and its spikes.</summary>
    /// <param name="trace">One of <see cref="FiringRateReport.Traces"/>.</param>
    public static Picture DrawTrace(this PotentialTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        PlotModel plot = Plot.New(
            Invariant($"Neuron {trace.Neuron.Index} of '{trace.Neuron.Layer}' on row {trace.Row}"), hasLegend: true,
            subtitle: "gray bars: spikes");
        plot.Axes.Add(Plot.Counting(AxisPosition.Bottom, "time step", 0.5, trace.Membrane.Count + 0.5));
        LinearAxis potentials = Plot.Axis(AxisPosition.Left, "potential (threshold's unit)");
        potentials.MinimumPadding = 0.05;
        plot.Axes.Add(potentials);
        Plot.AddLine(plot, 0, "membrane, before the reset", Points(trace.Membrane));
        if (trace.Complementary is { } complementary)
        {
            Plot.AddLine(plot, 1, "complementary", Points(complementary));
        }
        Plot.AddLine(plot, 2, "current", Points(trace.Current));
        Plot.AddLevel(plot, 6, "threshold", trace.Threshold, 0.5, trace.Membrane.Count + 0.5);
        for (int t = 0; t < trace.Spikes.Count; t++)
        {
            if (trace.Spikes[t] != 0)
            {
                plot.Annotations.Add(new LineAnnotation
                {
                    Type = LineAnnotationType.Vertical,
                    X = t + 1,
                    Color = OxyColors.LightGray,
                    StrokeThickness = 3,
                    LineStyle = LineStyle.Solid,
                    Layer = AnnotationLayer.BelowSeries,
                });
            }
        }
        return new(plot);
    }

    private static LayerFiring Find(FiringRateReport report, string layer)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Layers.FirstOrDefault(each => each.Name == layer)
            ?? throw new ArgumentException($"The report has no layer '{layer}'; it has " +
                $"{string.Join(", ", report.Layers.Select(each => $"'{each.Name}'"))}.", nameof(layer));
    }

    private static IEnumerable<(double X, double Y)> Points(IReadOnlyList<float> values) =>
        values.Select((value, t) => (t + 1.0, (double)value));
}
