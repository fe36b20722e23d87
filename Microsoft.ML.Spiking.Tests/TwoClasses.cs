using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>A table with a Boolean label that the first two of three features predict, but not always.</summary>
internal static class TwoClasses
{
    public static List<TwoClassRow> Rows(int count = 400, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            float[] features = [.. Enumerable.Range(0, 3).Select(_ => (float)((2 * random.NextDouble()) - 1))];
            double odds = (3 * features[0]) - (2 * features[1]);
            return new TwoClassRow { Features = features, Label = random.NextDouble() < 1 / (1 + Math.Exp(-3 * odds)) };
        })];
    }

    public static SpikingClifBinaryTrainer Trainer(MLContext ml, Action<SpikingClifTrainer.Options>? change = null)
    {
        SpikingClifTrainer.Options options = Flowers.Quick();
        change?.Invoke(options);
        return ml.BinaryClassification.Trainers.SpikingClif(options);
    }
}

internal sealed class TwoClassRow
{
    public bool Label { get; set; }

    public float Weight { get; set; } = 1;

    [VectorType(3)]
    public float[] Features { get; set; } = [];
}

internal sealed class TwoClassPrediction
{
    public bool PredictedLabel { get; set; }

    public float Score { get; set; }

    public float Probability { get; set; }
}
