using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// The number of rows in which rounding flips a spike: managed code against libtorch, and each of the two against
/// libtorch in double precision, which shows whose rounding it is.
/// </summary>
internal sealed class ScoringAgreement : IBenchmark
{
    private const double Tolerance = 1e-4;
    private const int BatchRows = 100;

    public string Name => "scoring-agreement";

    public string Description => "rows whose scores differ by more than 1e-4, and rows with another label, of all rows";

    public void Run(bool quick, TextWriter output)
    {
        int rows = quick ? 1_000 : 10_000;
        float[][] test = [.. Digits.Test(rows).Select(row => row.Features)];
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            TrainedNetwork network = digits.Network;
            double[][] exact = Exact(network, test), managed = Managed(network, test);
            using var executor = new TorchBackend(network.Definition, network.Weights);
            using var steps = new OpByOp(network.Definition, network.Weights);
            double[][] backend = Torch(executor, test), opByOp = Torch(steps, test);

            Disagreement ours = Disagreement.Of(managed, backend, Tolerance);
            output.WriteLine($"  {network.Name}, managed against libtorch: {ours}");
            output.WriteLine(
                $"  {network.Name}, managed against op by op: {Disagreement.Of(managed, opByOp, Tolerance)}");
            output.WriteLine(
                $"  {network.Name}, libtorch against op by op: {Disagreement.Of(backend, opByOp, Tolerance)}");
            output.WriteLine(
                $"  {network.Name}, managed against double precision: {Disagreement.Of(managed, exact, Tolerance)}");
            output.WriteLine(
                $"  {network.Name}, libtorch against double precision: {Disagreement.Of(backend, exact, Tolerance)}");
            output.WriteLine(
                $"  {network.Name}, op by op against double precision: {Disagreement.Of(opByOp, exact, Tolerance)}");
            output.WriteLine(new Goal($"{Name}-{network.Name}-flipped-in-1000", 1_000.0 * ours.Flipped / ours.Rows, 1,
                AtMost: true));
            output.WriteLine(new Goal($"{Name}-{network.Name}-labels-in-10000", 10_000.0 * ours.Labels / ours.Rows, 1,
                AtMost: true));
        }
    }

    private static double[][] Managed(TrainedNetwork network, float[][] rows)
    {
        using var scorer = new ManagedScorer(network.Definition, network.Weights);
        float[] scores = new float[rows.Length * network.Definition.ClassCount];
        scorer.Score([.. rows.SelectMany(row => row)], rows.Length, scores);
        return ByRow(scores, network);
    }

    private static double[][] Torch(TorchForm form, float[][] rows) =>
    [
        .. rows.Chunk(BatchRows).SelectMany(batch =>
        {
            float[] scores = new float[batch.Length * form.ClassCount];
            form.Score([.. batch.SelectMany(row => row)], batch.Length, scores);
            return scores.Chunk(form.ClassCount);
        }).Select(row => Array.ConvertAll(row, score => (double)score)),
    ];

    private static double[][] Exact(TrainedNetwork network, float[][] rows)
    {
        using var exact = new TorchNetwork(network.Definition, CPU, ScalarType.Float64);
        exact.Parameters.Import(network.Weights);
        return [.. rows.Chunk(BatchRows).SelectMany(batch => Exact(exact, network, batch))];
    }

    private static double[][] Exact(TorchNetwork exact, TrainedNetwork network, float[][] batch)
    {
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor input =
            tensor([.. batch.SelectMany(row => row)],
                [batch.Length, .. network.Definition.RowShape.Select(n => (long)n)],
            ScalarType.Float64);
        Tensor scores = exact.Forward(input, ForwardPass.Evaluation).mean([0L]).softmax(-1).contiguous();
        return [.. MemoryMarshal.Cast<byte, double>(scores.bytes).ToArray().Chunk(network.Definition.ClassCount)];
    }

    private static double[][] ByRow(float[] scores, TrainedNetwork network) =>
        [.. scores.Chunk(network.Definition.ClassCount).Select(row => Array.ConvertAll(row, score => (double)score))];
}

/// <summary>The agreement of two ways to score the same rows.</summary>
/// <param name="Rows">The number of rows.</param>
/// <param name="Flipped">The number of rows in which a score differs by more than the tolerance.</param>
/// <param name="Labels">The number of rows with another best class.</param>
/// <param name="LargestElsewhere">The largest difference of a score in the other rows.</param>
internal sealed record Disagreement(int Rows, int Flipped, int Labels, double LargestElsewhere)
{
    public static Disagreement Of(double[][] one, double[][] other, double tolerance)
    {
        double[] differences = [.. one.Zip(other, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max())];
        return new(one.Length, differences.Count(difference => !(difference <= tolerance)),
            one.Zip(other).Count(pair => Best(pair.First) != Best(pair.Second)),
            differences.Where(difference => difference <= tolerance).DefaultIfEmpty(0).Max());
    }

    public override string ToString() => Numbers.Text(
        $"{Flipped} of {Rows} rows flipped, {Labels} labels; elsewhere at most {LargestElsewhere:0.0e+0}");

    private static int Best(double[] scores) => Array.IndexOf(scores, scores.Max());
}
