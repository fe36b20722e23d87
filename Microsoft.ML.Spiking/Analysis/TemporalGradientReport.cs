using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The choices of a <see cref="TemporalGradientReport"/>.</summary>
public sealed class TemporalGradientOptions
{
    private const int MostRows = 1_000_000, LargestBatch = 65_536;

    /// <summary>Gets or sets the most rows that are read, from 1 to 1,000,000. Default 256.</summary>
    public int MaximumRows { get; set; } = 256;

    /// <summary>
    /// Gets or sets the rows that go through the network together, from 1 to 65,536: fewer need less memory. Default
    /// 32.
    /// </summary>
    public int BatchSize { get; set; } = 32;

    /// <summary>
    /// Gets or sets the share of the mean squared error in the loss, from 0 to 1; see
    /// <see cref="SpikingClifTrainer.Options.LossLambda"/>. Default 0.05.
    /// </summary>
    public double LossLambda { get; set; } = 0.05;

    /// <summary>
    /// Gets or sets the neuron that stands in for the model's own, with the model's weights, to compare how gradients
    /// reach back; null (the default) for the model's own.
    /// </summary>
    public NeuronDefinition? Neuron { get; set; }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaximumRows is < 1 or > MostRows)
        {
            yield return Invariant($"{nameof(MaximumRows)} is {MaximumRows}; it must be from 1 to {MostRows}.");
        }
        if (BatchSize is < 1 or > LargestBatch)
        {
            yield return Invariant($"{nameof(BatchSize)} is {BatchSize}; it must be from 1 to {LargestBatch}.");
        }
        if (!(LossLambda >= 0 && LossLambda <= 1))
        {
            yield return Invariant($"{nameof(LossLambda)} is {LossLambda}; it must be from 0 to 1.");
        }
        foreach (string fault in Neuron?.Faults() ?? [])
        {
            yield return fault;
        }
    }
}

/// <summary>
/// The share of the loss's gradient that reaches each layer's weights through each number of time steps back, with the
/// weights of a trained model.
/// </summary>
/// <remarks>
/// G(k) is the gradient of the mean loss by a layer's weights when no spike's gradient goes more than k steps back in
/// any layer (<see cref="SpikingClifTrainer.Options.GradientHorizon"/>), and G(T - 1) the whole gradient. What step k
/// adds is the norm of G(k) - G(k - 1). Normalizations use their running statistics and nothing is dropped.
/// </remarks>
public sealed class TemporalGradientReport : AnalysisReport
{
    internal TemporalGradientReport() { }

    /// <summary>Gets the number of rows whose mean loss was taken.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the number of time steps T.</summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the name of the neuron, such as "CLIF".</summary>
    public required string Neuron { get; init; }

    /// <summary>Gets the layers with weights in the network's order.</summary>
    public required IReadOnlyList<LayerGradients> Layers { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Invariant($"Gradients through time of {Neuron} neurons, {TimeSteps} steps, ") +
            Invariant($"{Rows:N0} rows: norm of what each step back adds, in % of the whole gradient's norm\n\n"));
        var table = new TextTable(
            ["layer", "norm", .. Enumerable.Range(0, TimeSteps).Select(k => Invariant($"{k}"))]);
        foreach (LayerGradients layer in Layers)
        {
            table.Add([layer.Name, layer.Norm.ToString("0.###e0", System.Globalization.CultureInfo.InvariantCulture),
                .. layer.AddedShares.Select(ReportNumbers.Percent)]);
        }
        return text.Append(table).ToString();
    }

    /// <inheritdoc/>
    /// <remarks>A line for each layer and number of steps back.</remarks>
    public override string ToCsv()
    {
        var table = new TextTable("Layer", "StepsBack", "HorizonNorm", "AddedNorm", "AddedShare");
        foreach (LayerGradients layer in Layers)
        {
            for (int k = 0; k < layer.HorizonNorms.Count; k++)
            {
                table.Add(layer.Name, k, layer.HorizonNorms[k], layer.AddedNorms[k], layer.AddedShares[k]);
            }
        }
        return table.ToCsv();
    }
}

/// <summary>The gradients by a layer's weights; lists have one value for each number of steps back, from 0.</summary>
public sealed class LayerGradients
{
    internal LayerGradients() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the norm of the whole gradient.</summary>
    public required double Norm { get; init; }

    /// <summary>Gets the norm of the gradient that goes at most that many steps back.</summary>
    public required IReadOnlyList<double> HorizonNorms { get; init; }

    /// <summary>Gets the norm of what that number of steps adds; for 0 the norm itself.</summary>
    public required IReadOnlyList<double> AddedNorms { get; init; }

    /// <summary>Gets <see cref="AddedNorms"/> over <see cref="Norm"/>; 0 where that is 0.</summary>
    public required IReadOnlyList<double> AddedShares { get; init; }
}
