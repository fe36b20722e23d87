using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>Many rows through Transform, against libtorch in batches without ML.NET.</summary>
internal sealed class BatchSpeed : IBenchmark
{
    private const int TorchBatch = 256;

    public string Name => "scoring-batch";

    public string Description =>
        $"many rows through Transform, against libtorch in batches of {TorchBatch} on all threads; rows per " +
        "second, ratio";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            bool isMlp = digits.Network.Name == TrainedNetworks.Mlp;
            int rows = isMlp || !quick ? 10_000 : 2_000;
            Compare(digits, rows, rounds: 7, target: isMlp ? 3 : 6, output);
        }
    }

    private void Compare(TrainedDigits digits, int rows, int rounds, double target, TextWriter output)
    {
        var ml = new MLContext(seed: 1);
        DigitRow[] many = [.. Enumerable.Range(0, rows).Select(i => digits.Test[i % digits.Test.Count])];
        float[] matrix = [.. many.SelectMany(row => row.Features)];
        IDataView data = ml.Data.LoadFromEnumerable(many);
        var trivial = ml.Transforms.CopyColumns("Score", nameof(DigitRow.Features)).Fit(data);
        using SpikingPredictionTransformer torch = digits.OnTorch(ml);
        using var backend = new TorchBackend(digits.Network.Definition, digits.Network.Weights);
        using var opByOp = new OpByOp(digits.Network.Definition, digits.Network.Weights);
        using var layerByLayer = new LayerByLayer(digits.Network.Definition, digits.Network.Weights);
        float[] scores = new float[rows * DigitRow.Classes];
        // It would take most of the run, and in batches its time is proportional to the number of rows.
        int opByOpRows = rows / 10;
        (string Name, Action Run)[] contenders =
        [
            ("Transform", () => Read(digits.Model.Transform(data))),
            ("Transform, on one thread", () => ReadOnOneThread(digits.Model.Transform(data))),
            ("Transform, ScoringBackend.Torch", () => Read(torch.Transform(data))),
            ("Transform of a trivial model", () => Read(trivial.Transform(data))),
            ("the managed scorer alone, one thread", () => digits.Model.Model.Scorer.Score(matrix, rows, scores)),
            ("the library's own network on libtorch", () => Score(backend, matrix, rows, scores)),
            ($"libtorch op by op, {opByOpRows} rows", () => Score(opByOp, matrix, opByOpRows, scores)),
            ("libtorch layer by layer", () => Score(layerByLayer, matrix, rows, scores)),
        ];

        double[][] seconds = InterleavedRounds.Measure(rounds, [.. contenders.Select(contender => contender.Run)]);
        seconds[^2] = [.. seconds[^2].Select(time => time * rows / opByOpRows)];

        foreach (((string name, _), double[] times) in contenders.Zip(seconds))
        {
            output.WriteLine(Numbers.Text($"  {digits.Network.Name}, {rows} rows, {name}: " +
                $"{rows / PairedRatio.MedianOf(times):0} rows/s, {PairedRatio.Of(times, seconds[0])} of Transform's " +
                $"time"));
        }
        double[] best = PairedRatio.MedianOf(seconds[^1]) <= PairedRatio.MedianOf(seconds[^2])
            ? seconds[^1]
            : seconds[^2];
        output.WriteLine(
            new Goal($"{Name}-{digits.Network.Name}", PairedRatio.Of(best, seconds[0]).Median, target, AtMost: false));
    }

    private static void Read(IDataView scored)
    {
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Score"]]);
        Read(cursor);
    }

    private static void ReadOnOneThread(IDataView scored)
    {
        using DataViewRowCursor cursor = scored.GetRowCursorSet([scored.Schema["Score"]], 1).Single();
        Read(cursor);
    }

    private static void Read(DataViewRowCursor cursor)
    {
        ValueGetter<VBuffer<float>> getter = cursor.GetGetter<VBuffer<float>>(cursor.Schema["Score"]);
        VBuffer<float> score = default;
        while (cursor.MoveNext())
        {
            getter(ref score);
        }
    }

    private static void Score(TorchForm form, float[] matrix, int rows, float[] scores)
    {
        const int size = DigitRow.Side * DigitRow.Side;
        for (int first = 0; first < rows; first += TorchBatch)
        {
            int count = Math.Min(TorchBatch, rows - first);
            form.Score(matrix.AsSpan(first * size), count, scores.AsSpan(first * DigitRow.Classes));
        }
    }
}
