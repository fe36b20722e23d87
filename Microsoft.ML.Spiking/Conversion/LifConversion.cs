using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The choices of a conversion from CLIF to LIF neurons.</summary>
public sealed class LifConversionOptions
{
    /// <summary>
    /// Gets or sets the reset potentials that are tried for the hard reset; at least one, finite, below the neurons'
    /// thresholds. 0 is tried in any case. Default -0.30 to 0.10 in steps of 0.02.
    /// </summary>
    public IReadOnlyList<double> ResetPotentials { get; set; } =
        [.. Enumerable.Range(-15, 21).Select(step => Math.Round(0.02 * step, 2))];

    /// <summary>
    /// Gets or sets whether, after the best value for the whole network, a value of its own is looked for in each
    /// layer, one layer after the other. Default <see langword="false"/>.
    /// </summary>
    public bool IsPerLayer { get; set; }

    /// <summary>Gets or sets the most rows that are read; at least 1. Null (the default) for all.</summary>
    public int? MaximumRows { get; set; }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (ResetPotentials is not { Count: > 0 } || ResetPotentials.Any(value => !float.IsFinite((float)value)))
        {
            yield return $"{nameof(ResetPotentials)} must be at least one finite potential.";
        }
        if (MaximumRows is < 1)
        {
            yield return Invariant($"{nameof(MaximumRows)} is {MaximumRows}; it must be at least 1, or null for all.");
        }
    }
}

/// <summary>
/// A conversion of a network of CLIF neurons to LIF neurons with the same weights, for hardware that knows no
/// complementary potential: accuracies of the ways to reset, and the model of the best one.
/// </summary>
/// <remarks>
/// The value of the hard reset is chosen by the accuracy on the rows that are given: report the accuracy of the result
/// on others. Source: Huang et al., ICML 2024, arXiv 2402.04663, which converts with a tuned hard reset.
/// </remarks>
public sealed class LifConversion : AnalysisReport
{
    internal LifConversion() { }

    /// <summary>Gets the number of rows with a label that accuracies are of.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the share of rows classified correctly with CLIF neurons, 0 to 1.</summary>
    public required double ClifAccuracy { get; init; }

    /// <summary>Gets the share with LIF neurons and the soft reset.</summary>
    public required double SoftResetAccuracy { get; init; }

    /// <summary>Gets the share with LIF neurons and the hard reset to 0.</summary>
    public required double HardResetToZeroAccuracy { get; init; }

    /// <summary>Gets the share with the hard reset to <see cref="ResetPotential"/> in all layers.</summary>
    public required double HardResetAccuracy { get; init; }

    /// <summary>Gets the best potential of the hard reset; of several, the one closest to 0.</summary>
    public required double ResetPotential { get; init; }

    /// <summary>Gets the accuracy with each potential that was tried, in ascending order of potential.</summary>
    public required IReadOnlyList<ResetTrial> Trials { get; init; }

    /// <summary>Gets the potential of each layer in <see cref="Model"/>, in the network's order.</summary>
    public required IReadOnlyList<LayerReset> Layers { get; init; }

    /// <summary>Gets the accuracy of <see cref="Model"/> on the rows.</summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// Gets the model with LIF neurons and the best hard reset, an ordinary model: of a chain, the whole chain.
    /// </summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ITransformer Model { get; internal set; } = null!;

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(Invariant($"CLIF to LIF with the same weights, accuracy on {Rows:N0} rows\n\n"));
        text.Append(new TextTable("neurons", "reset", "accuracy %")
            .Add("CLIF", "as trained", ReportNumbers.Percent(ClifAccuracy))
            .Add("LIF", "soft", ReportNumbers.Percent(SoftResetAccuracy))
            .Add("LIF", "hard, to 0", ReportNumbers.Percent(HardResetToZeroAccuracy))
            .Add("LIF", Invariant($"hard, to {ResetPotential}"), ReportNumbers.Percent(HardResetAccuracy)));
        if (Layers.Any(layer => layer.ResetPotential != ResetPotential))
        {
            string each = string.Join(", ", Layers.Select(layer => Invariant($"{layer.Layer} {layer.ResetPotential}")));
            text.Append(Invariant($"\nBy layer: {each}; {ReportNumbers.Percent(Accuracy)} %.\n"));
        }
        return text.ToString();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A line for the CLIF network, one for LIF with the soft reset, then one for each potential that was tried in all
    /// layers.
    /// </remarks>
    public override string ToCsv()
    {
        TextTable table = new TextTable("Neuron", "Reset", "ResetPotential", "Accuracy")
            .Add("CLIF", "soft", "", ClifAccuracy).Add("LIF", "soft", "", SoftResetAccuracy);
        foreach (ResetTrial trial in Trials)
        {
            table.Add("LIF", "hard", trial.ResetPotential, trial.Accuracy);
        }
        return table.ToCsv();
    }
}

/// <summary>The accuracy with one potential of the hard reset.</summary>
public sealed class ResetTrial
{
    internal ResetTrial() { }

    /// <summary>Gets the potential.</summary>
    public required double ResetPotential { get; init; }

    /// <summary>Gets the share of rows classified correctly, 0 to 1.</summary>
    public required double Accuracy { get; init; }
}

/// <summary>The hard reset of a layer.</summary>
public sealed class LayerReset
{
    internal LayerReset() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets its reset potential.</summary>
    public required double ResetPotential { get; init; }
}
