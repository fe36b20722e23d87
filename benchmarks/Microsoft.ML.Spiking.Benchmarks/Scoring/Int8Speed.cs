using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Rows and batches of perceptrons with weights of int8, against the same values in float32.</summary>
internal sealed class Int8Speed : IBenchmark
{
    private const int RowsOfRun = 20;
    private const int RowsOfBatch = 256;
    private const double Target = 1.3;

    public string Name => "int8";

    public string Description =>
        $"perceptrons with weights of int8 against the same values in float32: one row, and batches of {RowsOfBatch} " +
        "on one thread; us a row, how many times as fast, with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach (string name in new[] { TrainedNetworks.Mlp, TrainedNetworks.WideMlp })
        {
            Compare(TrainedNetworks.Get(name, quick), quick ? 9 : 41, output);
        }
    }

    private void Compare(TrainedDigits digits, int rounds, TextWriter output)
    {
        NetworkDefinition network = digits.Network.Definition;
        NetworkWeights weights = WeightQuantization.Apply(network, digits.Network.Weights, WeightPrecision.Int8);
        var int8 = new ManagedScorer(network, weights);
        var float32 = new ManagedScorer(
            network, WeightQuantization.Apply(network, weights, WeightPrecision.Float32));
        output.WriteLine(digits.Network.Describe());
        output.WriteLine(Numbers.Text(
            $"  {digits.Network.Name}: largest difference of a probability {Difference(digits, float32, int8):0.0e0}"));
        Write("row", RowsOfRun, Rows(digits, float32), Rows(digits, int8));
        Write("batch", RowsOfBatch, Batch(digits, float32), Batch(digits, int8));

        void Write(string what, int rows, params Action[] contenders)
        {
            double[][] seconds = InterleavedRounds.Measure(rounds, contenders);
            PairedRatio gain = PairedRatio.Of(seconds[0], seconds[1]);
            output.WriteLine(Numbers.Text($"  {digits.Network.Name}, {what}: float32 ") +
                Numbers.Text($"{PairedRatio.MedianOf(seconds[0]) / rows * 1e6:0.0} us, int8 ") +
                Numbers.Text($"{PairedRatio.MedianOf(seconds[1]) / rows * 1e6:0.0} us: {gain} times as fast"));
            output.WriteLine(new Goal($"{Name}-{digits.Network.Name}-{what}", gain.Median, Target, AtMost: false));
        }
    }

    private static double Difference(TrainedDigits digits, ManagedScorer left, ManagedScorer right)
    {
        double difference = 0;
        float[] ours = new float[left.ClassCount], other = new float[left.ClassCount];
        foreach (float[] row in digits.Network.Rows)
        {
            left.Score(row, 1, ours);
            right.Score(row, 1, other);
            difference = Math.Max(difference, ours.Zip(other).Max(pair => Math.Abs(pair.First - pair.Second)));
        }
        return difference;
    }

    private static Action Rows(TrainedDigits digits, ManagedScorer scorer)
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

    private static Action Batch(TrainedDigits digits, ManagedScorer scorer)
    {
        float[] rows = [.. digits.Network.Rows.Take(RowsOfBatch).SelectMany(row => row)];
        float[] scores = new float[RowsOfBatch * scorer.ClassCount];
        return () => scorer.Score(rows, RowsOfBatch, scores);
    }
}
