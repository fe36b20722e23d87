using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// The cost of rounded and pruned weights in accuracy, and what they save in the file and in a row's time.
/// </summary>
internal sealed class Compression : IBenchmark
{
    private const double Kilobyte = 1024;
    private const int TestRows = 10_000;
    private const int RowsOfRun = 20;

    public string Name => "quantization";

    public string Description =>
        "weights in int8, and pruned ones: accuracy on unseen digits, bytes of the zip, one row in " +
        "managed code; us, ratios with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            bool isMlp = digits.Network.Name == TrainedNetworks.Mlp;
            IReadOnlyList<Candidate> candidates = Candidates(digits, quick, isMlp);
            WriteTable(digits, candidates, quick ? 9 : 25, output);
        }
    }

    private static List<Candidate> Candidates(TrainedDigits digits, bool quick, bool isMlp)
    {
        var ml = new MLContext(seed: 1);
        List<Candidate> all =
        [
            new("float32", digits.Model),
            new("int8", Rounded(digits.Model, WeightPrecision.Int8)),
        ];
        IDataView train = ml.Data.LoadFromEnumerable(Digits.Train((quick, isMlp) switch
        {
            (true, _) => 2_000,
            (false, true) => 20_000,
            _ => 6_000,
        }));
        IDataView test = ml.Data.LoadFromEnumerable(Digits.Test(TestRows));
        foreach (double sparsity in new[] { 0.5, 0.8, 0.9 })
        {
            string name = Numbers.Text($"pruned {sparsity}");
            double before = ml.Model.PruneWeights(
                digits.Model, train, test, new() { Sparsity = sparsity, FineTuning = null }).Accuracy;
            SpikingPredictionTransformer pruned = SavedModels.Get(
                Numbers.Text($"{digits.Network.Name}-pruned-{sparsity}{(quick ? "-quick" : "")}"),
                () => (SpikingPredictionTransformer)ml.Model.PruneWeights(digits.Model, train, test, new()
                {
                    Sparsity = sparsity,
                    FineTuning = new()
                    {
                        Epochs = quick || !isMlp ? 1 : 3,
                        LearningRate = 0.001,
                        Device = ComputeDevice.Cpu,
                        InputShape = [1, DigitRow.Side, DigitRow.Side],
                    },
                }).Model);
            all.Add(new(name, pruned) { PrunedAccuracy = before });
            all.Add(new($"{name}, int8", Rounded(pruned, WeightPrecision.Int8)));
        }
        return all;

        SpikingPredictionTransformer Rounded(SpikingPredictionTransformer model, WeightPrecision precision) =>
            (SpikingPredictionTransformer)ml.Model.QuantizeWeights(model, precision);
    }

    private static void WriteTable(
        TrainedDigits digits, IReadOnlyList<Candidate> candidates, int rounds, TextWriter output)
    {
        var ml = new MLContext();
        IDataView test = ml.Data.LoadFromEnumerable(Digits.Test(TestRows));
        double[][] seconds = InterleavedRounds.Measure(rounds,
            [.. candidates.Select(candidate => Row(digits, new ManagedScorer(
                candidate.Model.Model.Network, candidate.Model.Model.Weights)))]);
        long largest = Bytes(ml, candidates[0].Model, test);
        output.WriteLine(Numbers.Text(
            $"  {digits.Network.Name}: weights, accuracy % (before fine-tuning), zip KB, times smaller, us a row, " +
            $"row's time of float32's"));
        foreach ((Candidate candidate, double[] times) in candidates.Zip(seconds))
        {
            double accuracy = ml.MulticlassClassification.Evaluate(candidate.Model.Transform(test)).MicroAccuracy;
            long bytes = Bytes(ml, candidate.Model, test);
            string before = candidate.PrunedAccuracy is { } share ? Numbers.Text($" ({100 * share:0.00})") : "";
            output.WriteLine(Numbers.Text(
                $"  {digits.Network.Name}, {candidate.Name}: {100 * accuracy:0.00}{before}, " +
                $"{bytes / Kilobyte:0.0} KB, {(double)largest / bytes:0.00}, " +
                $"{PairedRatio.MedianOf(times) / RowsOfRun * 1e6:0.0} us, " +
                $"{PairedRatio.Of(times, seconds[0])}"));
        }
    }

    private static Action Row(TrainedDigits digits, ManagedScorer scorer)
    {
        float[] scores = new float[scorer.ClassCount];
        int next = 0;
        return () =>
        {
            for (int i = 0; i < RowsOfRun; i++)
            {
                scorer.Score(digits.Network.Rows[next = (next + 1) % digits.Network.Rows.Length], 1, scores);
            }
        };
    }

    private static long Bytes(MLContext ml, ITransformer model, IDataView data)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);
        return stream.Length;
    }

    private sealed record Candidate(string Name, SpikingPredictionTransformer Model)
    {
        public double? PrunedAccuracy { get; init; }
    }
}
