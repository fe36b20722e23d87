using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The firing rates of a network's neurons on the rows of a data view, measured while it is scored in managed code. A
/// firing rate is the number of spikes per neuron and time step, 0 to 1.
/// </summary>
public sealed class FiringRateReport : AnalysisReport
{
    internal FiringRateReport() { }

    /// <summary>Gets the number of rows that were scored.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the number of rows left out because a feature was missing or infinite.</summary>
    public required long SkippedRows { get; init; }

    /// <summary>Gets the number of time steps T.</summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the firing rate over all neurons of the network.</summary>
    public required double MeanRate { get; init; }

    /// <summary>Gets the rate from which a neuron was counted as saturated.</summary>
    public required double SaturationRate { get; init; }

    /// <summary>Gets the layers of neurons, in the network's order.</summary>
    public required IReadOnlyList<LayerFiring> Layers { get; init; }

    /// <summary>Gets the spikes of the chosen rows.</summary>
    public required IReadOnlyList<SpikeRaster> Rasters { get; init; }

    /// <summary>Gets the potentials of the chosen neurons on the chosen rows.</summary>
    public required IReadOnlyList<PotentialTrace> Traces { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Invariant($"Firing rates over {Rows:N0} rows and {TimeSteps} time steps"));
        text.Append(SkippedRows == 0 ? "" : Invariant($"; {SkippedRows:N0} rows had missing or infinite features"));
        text.Append(Invariant($". All neurons: {ReportNumbers.Percent(MeanRate)} %.\n\n"));
        var layers = new TextTable("layer", "neurons", "rate %", "dead", "saturated");
        foreach (LayerFiring layer in Layers)
        {
            layers.Add(layer.Name, Invariant($"{layer.Neurons:N0}"), ReportNumbers.Percent(layer.Rate),
                Invariant($"{layer.DeadNeurons:N0}"), Invariant($"{layer.SaturatedNeurons:N0}"));
        }
        text.Append(layers).Append(
            Invariant($"\nDead: never fired. Saturated: fired at {100 * SaturationRate:0.#} % of the steps or ") +
            "more.\n\nRate % by time step\n");
        var steps = new TextTable(["layer", .. Enumerable.Range(1, TimeSteps).Select(t => Invariant($"{t}"))]);
        foreach (LayerFiring layer in Layers)
        {
            steps.Add([layer.Name, .. layer.StepRates.Select(ReportNumbers.Percent)]);
        }
        text.Append(steps);
        if (Layers is [{ ClassRates.Count: > 0 } first, ..])
        {
            var classes = new TextTable(["layer", .. first.ClassRates.Select(rate => rate.Class)]);
            foreach (LayerFiring layer in Layers)
            {
                classes.Add([layer.Name, .. layer.ClassRates.Select(rate => ReportNumbers.Percent(rate.Rate))]);
            }
            text.Append("\nRate % by class\n").Append(classes);
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    /// <remarks>A line for each layer and time step; those of step 0 are over all steps, then for each class.</remarks>
    public override string ToCsv()
    {
        var table = new TextTable("Layer", "Neurons", "TimeStep", "Class", "FiringRate", "Dead", "Saturated");
        foreach (LayerFiring layer in Layers)
        {
            table.Add(layer.Name, layer.Neurons, 0, "", layer.Rate, layer.DeadNeurons, layer.SaturatedNeurons);
            for (int t = 0; t < layer.StepRates.Count; t++)
            {
                table.Add(layer.Name, layer.Neurons, t + 1, "", layer.StepRates[t], "", "");
            }
            foreach (ClassFiring rate in layer.ClassRates)
            {
                table.Add(layer.Name, layer.Neurons, 0, rate.Class, rate.Rate, "", "");
            }
        }
        return table.ToCsv();
    }

    /// <summary>
    /// Returns the firing rate of each neuron as CSV: a line for each neuron of each layer; see
    /// <see cref="LayerFiring.NeuronRates"/>.
    /// </summary>
    public string NeuronsToCsv()
    {
        var table = new TextTable("Layer", "Neuron", "FiringRate");
        foreach (LayerFiring layer in Layers)
        {
            for (int neuron = 0; neuron < layer.NeuronRates.Count; neuron++)
            {
                table.Add(layer.Name, neuron, layer.NeuronRates[neuron]);
            }
        }
        return table.ToCsv();
    }

    /// <summary>
    /// Returns the histograms over the neurons as CSV: a line for each bar of each layer, with the rates that it is
    /// between; see <see cref="LayerFiring.Histogram"/>.
    /// </summary>
    public string HistogramsToCsv()
    {
        var table = new TextTable("Layer", "From", "To", "Neurons");
        foreach (LayerFiring layer in Layers)
        {
            double bars = layer.Histogram.Count;
            for (int bar = 0; bar < layer.Histogram.Count; bar++)
            {
                table.Add(layer.Name, bar / bars, (bar + 1) / bars, layer.Histogram[bar]);
            }
        }
        return table.ToCsv();
    }

    /// <summary>
    /// Returns <see cref="Rasters"/> as CSV: a line for each spike, with its time step from 1; empty but for the names
    /// where no <see cref="FiringRateOptions.RasterRows"/> were chosen.
    /// </summary>
    public string RastersToCsv()
    {
        var table = new TextTable("Row", "Layer", "TimeStep", "Neuron");
        foreach (SpikeRaster raster in Rasters)
        {
            for (int t = 0; t < raster.Steps.Count; t++)
            {
                foreach (int neuron in raster.Steps[t])
                {
                    table.Add(raster.Row, raster.Layer, t + 1, neuron);
                }
            }
        }
        return table.ToCsv();
    }

    /// <summary>
    /// Returns <see cref="Traces"/> as CSV: a line for each neuron and time step, the first of which is 1; empty but
    /// for the names where no <see cref="FiringRateOptions.TracedNeurons"/> were chosen. The complementary potential is
    /// empty for neurons other than <see cref="ClifNeuron"/>.
    /// </summary>
    public string TracesToCsv()
    {
        var table = new TextTable(
            "Row", "Layer", "Neuron", "TimeStep", "Current", "Membrane", "Complementary", "Spike", "Threshold");
        foreach (PotentialTrace trace in Traces)
        {
            for (int t = 0; t < trace.Membrane.Count; t++)
            {
                table.Add(trace.Row, trace.Neuron.Layer, trace.Neuron.Index, t + 1, trace.Current[t],
                    trace.Membrane[t], trace.Complementary?[t], trace.Spikes[t], trace.Threshold);
            }
        }
        return table.ToCsv();
    }
}

/// <summary>The firing of a layer's neurons.</summary>
public sealed class LayerFiring
{
    internal LayerFiring() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the layer's shape: [neurons] or [channels, height, width].</summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Gets the number of neurons.</summary>
    public required int Neurons { get; init; }

    /// <summary>Gets the firing rate over all rows, neurons and steps.</summary>
    public required double Rate { get; init; }

    /// <summary>Gets the firing rate at each time step, the first step's first.</summary>
    public required IReadOnlyList<double> StepRates { get; init; }

    /// <summary>
    /// Gets the firing rate on the rows of each class that occurs, in the order of the keys; empty where the data has
    /// no label column.
    /// </summary>
    public required IReadOnlyList<ClassFiring> ClassRates { get; init; }

    /// <summary>Gets the number of neurons that fired on no row.</summary>
    public required int DeadNeurons { get; init; }

    /// <summary>Gets the number of neurons with at least the saturation rate.</summary>
    public required int SaturatedNeurons { get; init; }

    /// <summary>
    /// Gets the number of neurons in each bar of the histogram of rates; the bars divide 0 to 1 into equal parts, and
    /// a rate of 1 is in the last.
    /// </summary>
    public required IReadOnlyList<int> Histogram { get; init; }

    /// <summary>Gets the firing rate of each neuron; of images in the order [channels, height, width].</summary>
    public required IReadOnlyList<double> NeuronRates { get; init; }
}

/// <summary>The firing of a layer on the rows of a class.</summary>
public sealed class ClassFiring
{
    internal ClassFiring() { }

    /// <summary>Gets the class's name.</summary>
    public required string Class { get; init; }

    /// <summary>Gets the number of its rows.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the firing rate on them.</summary>
    public required double Rate { get; init; }
}

/// <summary>The spikes of a layer on one row.</summary>
public sealed class SpikeRaster
{
    internal SpikeRaster() { }

    /// <summary>Gets the row's number in the data, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Gets the layer's name.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets the layer's number of neurons.</summary>
    public required int Neurons { get; init; }

    /// <summary>Gets for each time step the neurons that fire, in ascending order.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Steps { get; init; }
}

/// <summary>A neuron's state over the time steps of one row; every list has one value for each step.</summary>
public sealed class PotentialTrace
{
    internal PotentialTrace() { }

    /// <summary>Gets the row's number in the data, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Gets the neuron.</summary>
    public required NeuronPlace Neuron { get; init; }

    /// <summary>Gets the potential at which it fires.</summary>
    public required double Threshold { get; init; }

    /// <summary>Gets the arriving current.</summary>
    public required IReadOnlyList<float> Current { get; init; }

    /// <summary>Gets the membrane potential before the reset, which is compared with the threshold.</summary>
    public required IReadOnlyList<float> Membrane { get; init; }

    /// <summary>
    /// Gets the complementary potential m after the step; null for neurons other than <see cref="ClifNeuron"/>.
    /// </summary>
    public required IReadOnlyList<float>? Complementary { get; init; }

    /// <summary>Gets 1 where it fires, else 0.</summary>
    public required IReadOnlyList<float> Spikes { get; init; }
}
