using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Rows and batches of perceptrons whose layers compute with weights of int8, against float32.</summary>
internal sealed class Int8Speed : IBenchmark
{
    private const int RowsOfRun = 20;
    private const int RowsOfBatch = 256;

    public string Name => "int8";

    public string Description =>
        $"perceptrons with weights of int8 in the arithmetic, too: one row and batches of {RowsOfBatch} on one " +
        "thread; us a row, how many times as fast as float32, with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        Compare(TrainedNetworks.Get(TrainedNetworks.Mlp, quick), quick ? 9 : 41, output);
        Compare(TrainedNetworks.Get(TrainedNetworks.WideMlp, quick), quick ? 9 : 41, output);
    }

    private static void Compare(TrainedDigits digits, int rounds, TextWriter output)
    {
        NetworkDefinition network = digits.Network.Definition;
        NetworkWeights weights = WeightQuantization.Apply(network, digits.Network.Weights, WeightPrecision.Int8);
        ManagedScorer[] scorers =
        [
            new(network, weights), Int8(network, weights, takesConstant: false),
            Int8(network, weights, takesConstant: true),
        ];
        string[] names = ["float32", "layers of spikes in int8", "these and the first layer in int8"];
        double[] differences = [.. scorers.Select(scorer => Difference(digits, scorers[0], scorer))];
        output.WriteLine(digits.Network.Describe());
        Write("row", RowsOfRun, [.. scorers.Select(scorer => Rows(digits, scorer))]);
        Write("batch", RowsOfBatch, [.. scorers.Select(scorer => Batch(digits, scorer))]);

        void Write(string what, int rows, Action[] contenders)
        {
            double[][] seconds = InterleavedRounds.Measure(rounds, contenders);
            for (int i = 0; i < contenders.Length; i++)
            {
                output.WriteLine(Numbers.Text(
                    $"  {digits.Network.Name}, {what}, {names[i]}: {PairedRatio.MedianOf(seconds[i]) / rows * 1e6:0.0} us, ") +
                    Numbers.Text($"{PairedRatio.Of(seconds[0], seconds[i])} times as fast; largest difference of a ") +
                    Numbers.Text($"probability {differences[i]:0.0e0}"));
            }
        }
    }

    private static ManagedScorer Int8(NetworkDefinition network, NetworkWeights weights, bool takesConstant)
    {
        var factory = new Int8Executors(ExecutorFactory.Of(VectorWidth.Auto), takesConstant);
        var scorer = new ManagedScorer(
            network, ScoringPlanBuilder.Build(network, weights, VectorWidth.Auto, factory));
        return factory.Layers > 0 ? scorer : throw new NotSupportedException("No layer can be computed in int8 here.");
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
