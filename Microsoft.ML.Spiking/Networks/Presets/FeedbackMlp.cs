using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Fully connected layers of neurons that settle, and a fully connected readout; see <see cref="FeedbackLayer"/>. The
/// neuron of the options is not used. Layers are named fc1, feedback1, dropout1, ... and output.
/// </summary>
public sealed record FeedbackMlp : NetworkTemplate
{
    /// <summary>Creates the template.</summary>
    /// <param name="hiddenSizes">Neurons in each layer, at least one layer, each from 1 to 65,536.</param>
    [JsonConstructor]
    public FeedbackMlp(params IReadOnlyList<int> hiddenSizes)
    {
        ArgumentNullException.ThrowIfNull(hiddenSizes);
        HiddenSizes = [.. hiddenSizes];
    }

    /// <summary>Gets the number of neurons in each layer.</summary>
    public IReadOnlyList<int> HiddenSizes { get; }

    /// <summary>Gets the potential at which a neuron fires: finite and greater than 0. Default 1.</summary>
    public double Threshold { get; init; } = 1;

    /// <summary>
    /// Gets the part of the potential that a step keeps: greater than 0, at most 1 (the default), which keeps all.
    /// </summary>
    public double Leak { get; init; } = 1;

    /// <summary>
    /// Gets whether layers give their equilibrium and take no time steps. Default <see langword="false"/>: they give
    /// their rates over the options' time steps.
    /// </summary>
    public bool IsAtEquilibrium { get; init; }

    /// <inheritdoc/>
    public bool Equals(FeedbackMlp? other) => other is not null && HiddenSizes.SequenceEqual(other.HiddenSizes)
        && (Threshold, Leak, IsAtEquilibrium) == (other.Threshold, other.Leak, other.IsAtEquilibrium);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HiddenSizes.Aggregate(HashCode.Combine(Threshold, Leak, IsAtEquilibrium), HashCode.Combine);

    internal override IEnumerable<string> Faults() => RecurrentMlp.SizeFaults(nameof(FeedbackMlp), HiddenSizes)
        .Concat(FeedbackLayer.FaultOf(Threshold, Leak) is string fault ? [$"{nameof(FeedbackMlp)} {fault}"] : []);

    private protected override IEnumerable<LayerPlan> Plan()
    {
        yield return new FlattenPlan();
        foreach (int size in HiddenSizes)
        {
            yield return new LinearPlan(size);
            yield return new FeedbackPlan(Threshold, Leak, IsAtEquilibrium);
            yield return new DropoutPlan();
        }
    }
}
