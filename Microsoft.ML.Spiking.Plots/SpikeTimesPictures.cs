using OxyPlot;
using OxyPlot.Annotations;
using OxyPlot.Axes;
using OxyPlot.Series;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>Pictures of a <see cref="SpikeTimesReport"/>.</summary>
public static class SpikeTimesPictures
{
    /// <summary>
    /// Draws when each neuron spikes on a row, a point for each spike, one layer above the other; lines divide the
    /// layers' windows.
    /// </summary>
    /// <param name="report">The report.</param>
    /// <param name="row">The row's number in the data, from 0. Default 0.</param>
    /// <exception cref="ArgumentException">The report does not have the row.</exception>
    public static Picture DrawSpikeTimes(this SpikeTimesReport report, long row = 0)
    {
        ArgumentNullException.ThrowIfNull(report);
        RowSpikeTimes found = report.Rows.FirstOrDefault(candidate => candidate.Row == row)
            ?? throw new ArgumentException(Invariant($"The report does not have row {row}, only the ") +
                Invariant($"{report.Rows.Count:N0} that SpikeTimes read."), nameof(row));
        int neurons = report.Layers.Sum(layer => layer.Neurons);
        int spikes = found.Times.Sum(layer => layer.Count(time => !double.IsNaN(time)));
        PlotModel plot = Plot.New(Invariant($"Spike times on row {row}"), hasLegend: true,
            subtitle: Invariant($"{spikes:N0} of {neurons:N0} neurons spike"));
        plot.Axes.Add(Plot.Axis(AxisPosition.Bottom, "time (unit: a potential rises by 1)", report.Layers[0].Start,
            report.Layers[^1].End));
        plot.Axes.Add(Plot.Counting(AxisPosition.Left, "neuron, all layers", -0.5, neurons - 0.5));
        for (int i = 0, first = 0; i < report.Layers.Count; first += report.Layers[i].Neurons, i++)
        {
            var points = new ScatterSeries
            {
                Title = report.Layers[i].Layer,
                MarkerType = MarkerType.Circle,
                MarkerSize = neurons <= 200 ? 3 : 1.5,
                MarkerFill = Plot.Color(i),
            };
            points.Points.AddRange(found.Times[i].Index().Where(spike => !double.IsNaN(spike.Item))
                .Select(spike => new ScatterPoint(spike.Item, first + spike.Index)));
            plot.Series.Add(points);
            plot.Annotations.Add(new LineAnnotation
            {
                Type = LineAnnotationType.Vertical,
                X = report.Layers[i].End,
                Color = Plot.Grid,
                LineStyle = LineStyle.Solid,
                Layer = AnnotationLayer.BelowSeries,
            });
        }
        return new(plot);
    }
}
