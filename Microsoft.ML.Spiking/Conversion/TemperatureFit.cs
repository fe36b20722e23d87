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
/// </remarks>
public sealed class TemperatureFit : AnalysisReport
{
    internal const double Lowest = 0.05, Highest = 20;

    internal TemperatureFit() { }

    /// <summary>Gets the temperature, from 0.05 to 20; above 1 for a model that was too confident.</summary>
    public required double Temperature { get; init; }

    /// <summary>Gets the number of rows that it was fitted on.</summary>
    public required long Rows { get; init; }

    /// <summary>Gets the mean cross entropy of the rows before, in nats.</summary>
    public required double LogLossBefore { get; init; }

    /// <summary>Gets the mean cross entropy of the rows with the temperature.</summary>
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

    /// <summary>Finds the temperature with the lowest mean cross entropy.</summary>
    /// <param name="scored">The rows.</param>
    internal static TemperatureFit Of(ScoredLabels scored)
    {
        // Up to a constant of each row, logarithms of probabilities are the logits. The loss is convex in 1 /
        // temperature.
        double[][] logits =
            [.. scored.Scores.Select(row => row.Select(p => Math.Log(Math.Max(p, float.Epsilon))).ToArray())];
        double low = 1 / Highest, high = 1 / Lowest, ratio = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < 80; i++)
        {
            double left = high - (ratio * (high - low)), right = low + (ratio * (high - low));
            (low, high) = Loss(left) <= Loss(right) ? (low, right) : (left, high);
        }
        double inverse = (low + high) / 2;
        return new()
        {
            Temperature = 1 / inverse,
            Rows = scored.Labels.Count,
            LogLossBefore = Loss(1),
            LogLossAfter = Loss(inverse),
        };

        double Loss(double factor)
        {
            double sum = 0;
            for (int row = 0; row < logits.Length; row++)
            {
                double highest = logits[row].Max();
                double total = logits[row].Sum(logit => Math.Exp(factor * (logit - highest)));
                sum += Math.Log(total) - (factor * (logits[row][scored.Labels[row]] - highest));
            }
            return sum / logits.Length;
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
