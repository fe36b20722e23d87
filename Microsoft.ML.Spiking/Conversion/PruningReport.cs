using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The weights among which a pruning looks for the smallest.</summary>
public enum PruningScope
{
    /// <summary>Each layer loses the same share of its weights.</summary>
    Layer,

    /// <summary>The smallest of all layers together: layers with small weights lose more.</summary>
    Network,
}

/// <summary>
/// A pruning of a model: its accuracy before, after, and after the fine-tuning, how many weights of each layer are 0,
/// and the model.
/// </summary>
/// <remarks>
/// Zeros make the file smaller, because it is compressed. They make scoring no faster: products go by which inputs
/// spike, not by which weights are 0.
/// </remarks>
public sealed class PruningReport : AnalysisReport
{
    internal PruningReport() { }

    /// <summary>Gets the number of test rows with a label that accuracies are of.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the share of the test rows classified correctly by the model that was given, 0 to 1.</summary>
    public required double AccuracyBefore { get; init; }

    /// <summary>Gets the share with the pruned weights, before any fine-tuning.</summary>
    public required double PrunedAccuracy { get; init; }

    /// <summary>Gets the share with <see cref="Model"/>.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Gets the share of the weights in <see cref="Model"/> that are 0, 0 to 1.</summary>
    public double Sparsity => (double)Layers.Sum(layer => layer.Zeros) / Layers.Sum(layer => layer.Weights);

    /// <summary>Gets the layers with weights, in the network's order.</summary>
    public required IReadOnlyList<LayerSparsity> Layers { get; init; }

    /// <summary>Gets the pruned model, an ordinary model: of a chain, the whole chain.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ITransformer Model { get; internal set; } = null!;

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(
            Invariant($"{ReportNumbers.Percent(Sparsity)} % of the weights are 0; accuracy on {Rows:N0} rows\n\n"));
        text.Append(new TextTable("model", "accuracy %")
            .Add("as it was", ReportNumbers.Percent(AccuracyBefore))
            .Add("pruned", ReportNumbers.Percent(PrunedAccuracy))
            .Add("after fine-tuning", ReportNumbers.Percent(Accuracy)));
        var layers = new TextTable("layer", "weights", "zeros %");
        foreach (LayerSparsity layer in Layers)
        {
            layers.Add(layer.Layer, layer.Weights, ReportNumbers.Percent(layer.Sparsity));
        }
        return text.Append('\n').Append(layers).ToString();
    }

    /// <inheritdoc/>
    public override string ToCsv()
    {
        var table = new TextTable("Layer", "Weights", "Zeros", "Sparsity");
        foreach (LayerSparsity layer in Layers)
        {
            table.Add(layer.Layer, layer.Weights, layer.Zeros, layer.Sparsity);
        }
        return table.ToCsv();
    }
}

/// <summary>The weights of a layer that are 0.</summary>
public sealed class LayerSparsity
{
    internal LayerSparsity() { }

    /// <summary>Gets the layer's name.</summary>
    public required string Layer { get; init; }

    /// <summary>Gets the number of its weights, without biases.</summary>
    public required long Weights { get; init; }

    /// <summary>Gets the number of those that are 0.</summary>
    public required long Zeros { get; init; }

    /// <summary>Gets the share of those that are 0, 0 to 1.</summary>
    public double Sparsity => Weights == 0 ? 0 : (double)Zeros / Weights;
}
