using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Fully connected layers of spiking neurons with weights between the neurons of a layer, for sequences, and a fully
/// connected readout; see <see cref="Networks.RecurrentLayer"/>. Layers are named fc1, recurrent1, dropout1, fc2, ...
/// and output.
/// </summary>
public sealed record RecurrentMlp : NetworkTemplate
{
    /// <summary>Creates the template.</summary>
    /// <param name="hiddenSizes">Neurons in each hidden layer, at least one layer, each from 1 to 65,536.</param>
    [JsonConstructor]
    public RecurrentMlp(params IReadOnlyList<int> hiddenSizes)
    {
        ArgumentNullException.ThrowIfNull(hiddenSizes);
        HiddenSizes = [.. hiddenSizes];
    }

    /// <summary>Gets the number of neurons in each hidden layer.</summary>
    public IReadOnlyList<int> HiddenSizes { get; }

    /// <inheritdoc/>
    public bool Equals(RecurrentMlp? other) => other is not null && HiddenSizes.SequenceEqual(other.HiddenSizes);

    /// <inheritdoc/>
    public override int GetHashCode() => HiddenSizes.Aggregate(19, HashCode.Combine);

    internal override IEnumerable<string> Faults() => SizeFaults(nameof(RecurrentMlp), HiddenSizes);

    internal static IEnumerable<string> SizeFaults(string template, IReadOnlyList<int> sizes)
    {
        if (sizes.Count == 0 || sizes.Any(size => size is < 1 or > 65_536))
        {
            yield return $"{template}.{nameof(HiddenSizes)} is [{string.Join(", ", sizes)}]; it needs at least one " +
                "layer, each of 1 to 65,536 neurons.";
        }
    }

    private protected override IEnumerable<LayerPlan> Plan()
    {
        yield return new FlattenPlan();
        foreach (int size in HiddenSizes)
        {
            yield return new LinearPlan(size);
            yield return new RecurrentPlan();
            yield return new DropoutPlan();
        }
    }
}
