using System.Globalization;
using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>The networks of the scoring benchmarks, trained briefly once per run.</summary>
internal static class TrainedNetworks
{
    public const int TimeSteps = 6;
    public const string Mlp = "mlp";
    public const string WideMlp = "wide-mlp";
    public const string Conv = "conv";

    private const int TestRows = 1_000;

    private static readonly Dictionary<string, TrainedDigits> Trained = [];

    /// <summary>Returns both, and writes a line on each to the results.</summary>
    public static IReadOnlyList<TrainedDigits> All(bool quick, TextWriter output)
    {
        TrainedDigits[] all = [Get(Mlp, quick), Get(Conv, quick)];
        foreach (TrainedDigits digits in all)
        {
            output.WriteLine(
                Numbers.Text($"{digits.Network.Describe()}; {Digits.Name}, accuracy {digits.Accuracy:0.000}"));
        }
        return all;
    }

    /// <summary>Returns the network of that name, trained in this run or in the one that saved it.</summary>
    public static TrainedDigits Get(string name, bool quick)
    {
        if (!Trained.TryGetValue(name, out TrainedDigits? digits))
        {
            digits = name switch
            {
                Mlp => Train(name, new Mlp(512, 512), rows: quick ? 6_000 : 20_000, epochs: quick ? 3 : 5),
                WideMlp => Train(name, new Mlp(2048, 2048), rows: quick ? 2_000 : 6_000, epochs: 2),
                _ => Train(name, new ConvNet(32, 64), rows: quick ? 2_000 : 6_000, epochs: 2),
            };
            Trained.Add(name, digits);
        }
        return digits;
    }

    private static TrainedDigits Train(string name, NetworkTemplate template, int rows, int epochs)
    {
        var ml = new MLContext(seed: 1);
        SpikingPredictionTransformer model = SavedModels.Get(string.Create(
            CultureInfo.InvariantCulture, $"{name}-{rows}-{epochs}"), () =>
            ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Network = template,
                InputShape = [1, DigitRow.Side, DigitRow.Side],
                TimeSteps = TimeSteps,
                Epochs = epochs,
                Device = ComputeDevice.Cpu,
            }).Fit(ml.Data.LoadFromEnumerable(Digits.Train(rows))));
        DigitRow[] test = Digits.Test(TestRows);
        double accuracy =
            ml.MulticlassClassification.Evaluate(model.Transform(ml.Data.LoadFromEnumerable(test))).MicroAccuracy;
        return new(new(name, model.Model.Network, model.Model.Weights, [.. test.Select(row => row.Features)]), model,
            test, accuracy);
    }
}
