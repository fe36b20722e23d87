using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The operations of a network for one row, and estimates of the energy that they take on digital hardware made for
/// them. They are counts times constants from the literature, not measurements.
/// </summary>
/// <remarks>
/// Both conventions count all T time steps of a row. A layer whose input is the same at every step is counted once, as
/// it is computed. A layer of spikes is counted as accumulates, its dense products times the share of its inputs that
/// are 1; a layer of other values as multiply-accumulates, its dense products, at each step that it runs, times the
/// share that is not 0 where the values come from spikes. Batch normalizations are folded into the weights before
/// them. Dense products include those with the zeros of a convolution's padding.
/// </remarks>
public sealed class EnergyReport : AnalysisReport
{
    internal EnergyReport() { }

    /// <summary>Gets the name of the network's neuron, such as "CLIF".</summary>
    public required string Neuron { get; init; }

    /// <summary>
    /// Gets the number of rows that rates were measured on; 0 where a firing rate was assumed.
    /// </summary>
    public required long Rows { get; init; }

    /// <summary>Gets the number of time steps T.</summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the operations of each layer with weights, in the network's order.</summary>
    public required IReadOnlyList<LayerOperations> Layers { get; init; }

    /// <summary>Gets the accumulates of a row.</summary>
    public required double Accumulates { get; init; }

    /// <summary>Gets the multiply-accumulates of a row.</summary>
    public required double MultiplyAccumulates { get; init; }

    /// <summary>
    /// Gets the estimates side by side: the same layers with rectifiers and one time step ("ANN"), with LIF and with
    /// CLIF neurons that fire as often as this network's. Networks of other neurons that were trained fire at other
    /// rates: make a report of each to compare them.
    /// </summary>
    public required IReadOnlyList<EnergyEstimate> Estimates { get; init; }

    /// <summary>Gets what the estimates count and what they leave out.</summary>
    public required string Conventions { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Invariant($"Operations of one row of a network of {Neuron} neurons, {TimeSteps} steps, "));
        text.Append(Rows > 0 ? Invariant($"mean of {Rows:N0} rows\n\n") : "at assumed rates\n\n");
        var layers = new TextTable("layer", "input", "dense products", "steps", "not 0 %", "AC", "MAC");
        foreach (LayerOperations layer in Layers)
        {
            layers.Add(layer.Name, layer.Input, Number(layer.DenseProducts), layer.Steps,
                ReportNumbers.Percent(layer.ActiveShare), Number(layer.Accumulates), Number(layer.MultiplyAccumulates));
        }
        layers.Add("all", "", "", "", "", Number(Accumulates), Number(MultiplyAccumulates));
        var estimates = new TextTable("neurons", "AC", "MAC", "operations uJ", "with memory uJ");
        foreach (EnergyEstimate estimate in Estimates)
        {
            estimates.Add(estimate.Neuron, Number(estimate.Accumulates), Number(estimate.MultiplyAccumulates),
                ReportNumbers.Short(estimate.OperationEnergy), ReportNumbers.Short(estimate.MemoryModelEnergy));
        }
        return text.Append(layers).Append('\n').Append(estimates).Append('\n').Append(Conventions).Append('\n')
            .ToString();
    }

    /// <inheritdoc/>
    public override string ToCsv()
    {
        var table = new TextTable(
            "Layer", "Input", "DenseProducts", "Steps", "ActiveShare", "Accumulates", "MultiplyAccumulates", "Neurons");
        foreach (LayerOperations layer in Layers)
        {
            table.Add(layer.Name, layer.Input, layer.DenseProducts, layer.Steps, layer.ActiveShare, layer.Accumulates,
                layer.MultiplyAccumulates, layer.Outputs);
        }
        return table.ToCsv();
    }

    /// <summary>Returns the estimates as CSV: a line for each kind of neuron; energies are in uJ.</summary>
    public string EstimatesToCsv()
    {
        var table = new TextTable(
            "Neuron", "Accumulates", "MultiplyAccumulates", "OperationMicrojoules", "MemoryModelMicrojoules");
        foreach (EnergyEstimate estimate in Estimates)
        {
            table.Add(estimate.Neuron, estimate.Accumulates, estimate.MultiplyAccumulates, estimate.OperationEnergy,
                estimate.MemoryModelEnergy);
        }
        return table.ToCsv();
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>The operations of a layer with weights, for one row.</summary>
public sealed class LayerOperations
{
    internal LayerOperations() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Gets what arrives: "constant", the same values at every step; "spikes"; or "graded", other values.
    /// </summary>
    public required string Input { get; init; }

    /// <summary>Gets the products of one step if no input is left out.</summary>
    public required double DenseProducts { get; init; }

    /// <summary>Gets the steps at which it runs: 1 for a constant input, else T.</summary>
    public required int Steps { get; init; }

    /// <summary>Gets the share of the inputs that are not 0, over all steps; 1 for a constant input.</summary>
    public required double ActiveShare { get; init; }

    /// <summary>Gets the additions of weights, where spikes arrive.</summary>
    public required double Accumulates { get; init; }

    /// <summary>Gets the products that are added up, where other values arrive.</summary>
    public required double MultiplyAccumulates { get; init; }

    /// <summary>Gets the number of values that leave at each step.</summary>
    public required int Outputs { get; init; }
}

/// <summary>The energy of one row with one kind of neuron.</summary>
public sealed class EnergyEstimate
{
    internal EnergyEstimate() { }

    /// <summary>Gets "ANN", or the neuron's name.</summary>
    public required string Neuron { get; init; }

    /// <summary>Gets the accumulates of the layers with weights.</summary>
    public required double Accumulates { get; init; }

    /// <summary>Gets their multiply-accumulates.</summary>
    public required double MultiplyAccumulates { get; init; }

    /// <summary>Gets the energy of these operations, in uJ.</summary>
    public required double OperationEnergy { get; init; }

    /// <summary>Gets the energy by Lemaire's model, with memory and addressing, in uJ.</summary>
    public required double MemoryModelEnergy { get; init; }
}
