using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The times at which neurons of a <see cref="FirstSpikeNeuron"/> network spike, row by row.</summary>
/// <remarks>
/// Time is in the unit in which a potential rises by 1 in its layer's window. The windows follow each other from 1 on:
/// from 0 to 1 is the window of the input, of which a feature x from 0 to 1 is a spike at 1 - x.
/// </remarks>
public sealed class SpikeTimesReport : AnalysisReport
{
    internal SpikeTimesReport() { }

    /// <summary>Gets the layers' windows, in the network's order.</summary>
    public required IReadOnlyList<SpikeWindow> Layers { get; init; }

    /// <summary>Gets the rows, in the order of the data.</summary>
    public required IReadOnlyList<RowSpikeTimes> Rows { get; init; }

    /// <summary>Gets the number of spikes of a row per neuron, averaged over the rows; 0 to 1.</summary>
    public required double SpikesPerNeuron { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Invariant($"First spikes of {Rows.Count:N0} rows: "));
        text.Append(Invariant($"{SpikesPerNeuron:0.000} per neuron\n\n"));
        var table = new TextTable("layer", "neurons", "window from", "to", "spikes per neuron");
        for (int i = 0; i < Layers.Count; i++)
        {
            SpikeWindow layer = Layers[i];
            double spikes = Rows.Average(row => row.Times[i].Count(time => !double.IsNaN(time)));
            table.Add(layer.Layer, layer.Neurons, ReportNumbers.Short(layer.Start), ReportNumbers.Short(layer.End),
                Invariant($"{spikes / layer.Neurons:0.000}"));
        }
        return text.Append(table).ToString();
    }

    /// <inheritdoc/>
    /// <remarks>A line for each spike.</remarks>
    public override string ToCsv()
    {
        var table = new TextTable("Row", "Layer", "Neuron", "Time");
        foreach (RowSpikeTimes row in Rows)
        {
            for (int layer = 0; layer < Layers.Count; layer++)
            {
                for (int neuron = 0; neuron < row.Times[layer].Count; neuron++)
                {
                    if (row.Times[layer][neuron] is double time && !double.IsNaN(time))
                    {
                        table.Add(row.Row, Layers[layer].Layer, neuron, time);
                    }
                }
            }
        }
        return table.ToCsv();
    }
}

/// <summary>The time in which a layer's neurons may spike.</summary>
public sealed class SpikeWindow
{
    internal SpikeWindow() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets the number of neurons.</summary>
    public required int Neurons { get; init; }

    /// <summary>Gets where the window begins, which is where that of the layer before it ends.</summary>
    public required double Start { get; init; }

    /// <summary>Gets where the window ends: a spike here would stand for 0.</summary>
    public required double End { get; init; }
}

/// <summary>The spikes of a row.</summary>
public sealed class RowSpikeTimes
{
    internal RowSpikeTimes() { }

    /// <summary>Gets the row's number in the data, from 0.</summary>
    public required long Row { get; init; }

    /// <summary>
    /// Gets the time of each neuron's spike for each layer, in the order of <see cref="SpikeTimesReport.Layers"/>; NaN
    /// where a neuron does not spike. The neurons of an image lie channel after channel.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<double>> Times { get; init; }
}
