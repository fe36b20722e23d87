using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A temperature by which a model's logits are divided, so that its probabilities tell how often it is right, and the
/// model with it. No prediction changes.
/// </summary>
/// <remarks>
/// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, arXiv 1706.04599. The network's last
/// layer is linear and its logits are a mean over time, so that the temperature is saved by dividing that layer's
/// weights and biases by it: the model needs no newer version to be loaded, and scores alike wherever it is scored.
/// Rows that are all classified correctly would make every prediction certain. Of n rows, half a row in n + 1 therefore
/// counts as of the most likely other class (the prior of Jeffreys; Platt, "Probabilistic Outputs for Support Vector
/// Machines", 1999, does so with a row in n + 2). Of thousands of rows that changes nothing.
/// </remarks>
public sealed class TemperatureFit : AnalysisReport
{
    private const double Highest = 20;

    internal TemperatureFit() { }

    /// <summary>Gets the temperature, from 0.05 to 20; above 1 for a model that was too confident.</summary>
    public required double Temperature { get; init; }

    /// <summary>Gets the number of rows that it was fitted on.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the mean cross entropy of the rows before, in nats.</summary>
    public required double LogLossBefore { get; init; }

    /// <summary>
    /// Gets the mean cross entropy of the rows with the temperature; of few rows it may be above the one before.
    /// </summary>
    public required double LogLossAfter { get; init; }

    /// <summary>Gets the model with the temperature, an ordinary model: of a chain, the whole chain.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public ITransformer Model { get; internal set; } = null!;

    /// <inheritdoc/>
    public override string ToString() =>
        Invariant($"Temperature {Temperature:0.000} on {Rows:N0} rows: log-loss {LogLossBefore:0.0000}, with it ") +
        Invariant($"{LogLossAfter:0.0000}\n");

    /// <inheritdoc/>
    public override string ToCsv() => new TextTable("Temperature", "Rows", "LogLossBefore", "LogLossAfter")
        .Add(Temperature, Rows, LogLossBefore, LogLossAfter).ToCsv();

    /// <summary>Finds the temperature with the lowest mean cross entropy, by the rows' weights.</summary>
    /// <param name="scored">The rows.</param>
    /// <param name="highest">The highest temperature, and its inverse the lowest.</param>
    internal static TemperatureFit Of(ScoredLabels scored, double highest = Highest)
    {
        // Up to a constant of each row, logarithms of probabilities are the logits. The loss is convex in 1 /
        // temperature.
        int rows = scored.Labels.Count;
        double[][] logits =
            [.. scored.Scores.Select(row => row.Select(p => Math.Log(Math.Max(p, float.Epsilon))).ToArray())];
        double[] weights = [.. Enumerable.Range(0, rows).Select(row => (double)(scored.Weights?[row] ?? 1))];
        double total = weights.Sum();
        double doubt = 0.5 / ((total * total / weights.Sum(weight => weight * weight)) + 1);
        double[] known = [.. logits.Select((row, i) => row[scored.Labels[i]])];
        double[] doubted =
        [
            .. logits.Select((row, i) => ((1 - doubt) * known[i])
                + (doubt * row.Where((_, c) => c != scored.Labels[i]).DefaultIfEmpty(known[i]).Max())),
        ];
        double low = 1 / highest, high = highest, ratio = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < 80; i++)
        {
            double left = high - (ratio * (high - low)), right = low + (ratio * (high - low));
            (low, high) = Loss(left, doubted) <= Loss(right, doubted) ? (low, right) : (left, high);
        }
        double inverse = (low + high) / 2;
        return new()
        {
            Temperature = 1 / inverse,
            Rows = rows,
            LogLossBefore = Loss(1, known),
            LogLossAfter = Loss(inverse, known),
        };

        double Loss(double factor, double[] targets)
        {
            double sum = 0;
            for (int row = 0; row < rows; row++)
            {
                double largest = logits[row].Max();
                double all = logits[row].Sum(logit => Math.Exp(factor * (logit - largest)));
                sum += weights[row] * (Math.Log(all) - (factor * (targets[row] - largest)));
            }
            return sum / total;
        }
    }

    /// <summary>Returns weights whose logits are divided by the temperature.</summary>
    /// <exception cref="InvalidOperationException">The network does not end in a layer with weights.</exception>
    internal static NetworkWeights Divide(NetworkDefinition network, NetworkWeights weights, double temperature)
    {
        if (network.Layers[^1] is not WeightedLayer readout)
        {
            throw new InvalidOperationException($"The network's last layer, '{network.Layers[^1].Name}', has no " +
                "weights that could be divided by a temperature.");
        }
        HashSet<string> names = [.. readout.Parameters.Select(spec => spec.Name)];
        return new(network, weights.Select(array => !names.Contains(array.Name) ? array
            : new WeightArray(
                array.Name, array.Shape, [.. array.Array.Select(value => (float)(value / temperature))])));
    }
}
