using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Scoring.Scorers;
using TorchSharp;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// The ways to score one row: managed code, and libtorch op by op, layer by layer and as the library uses it, each on
/// one thread and on all. The rows of the network take turns.
/// </summary>
internal sealed class RowContenders : IDisposable
{
    private readonly TrainedNetwork _network;
    private readonly float[] _scores;
    private readonly int _threads = torch.get_num_threads();
    private int _next;

    public RowContenders(TrainedNetwork network)
    {
        _network = network;
        _scores = new float[network.Definition.ClassCount];
        Managed = new(network.Definition, network.Weights);
        OpByOp = new(network.Definition, network.Weights);
        LayerByLayer = new(network.Definition, network.Weights);
        Backend = new(network.Definition, network.Weights);
    }

    public ManagedScorer Managed { get; }

    public OpByOp OpByOp { get; }

    public LayerByLayer LayerByLayer { get; }

    public TorchBackend Backend { get; }

    /// <summary>The index of the row that <see cref="NextRow"/> gave last.</summary>
    public float[] NextRow() => _network.Rows[_next = (_next + 1) % _network.Rows.Length];

    public void ScoreManaged() => Managed.Score(NextRow(), 1, _scores);

    /// <summary>
    /// Returns libtorch's best time over the managed one: the better of one thread and all, in each of its forms.
    /// </summary>
    /// <param name="rounds">The number of interleaved rounds.</param>
    /// <param name="output">Takes a line for each contender.</param>
    /// <param name="others">More contenders, with their names.</param>
    public RowTimes Measure(int rounds, TextWriter output, params (string Name, Action Run)[] others)
    {
        (string Name, Action Run)[] contenders =
        [
            ("managed", ScoreManaged), .. others,
            .. Torch("the library's own executor", Backend), .. Torch("op by op", OpByOp),
            .. Torch("layer by layer", LayerByLayer),
        ];
        double[][] seconds = InterleavedRounds.Measure(rounds, [.. contenders.Select(contender => contender.Run)]);
        torch.set_num_threads(_threads);
        foreach (((string name, _), double[] times) in contenders.Zip(seconds))
        {
            output.WriteLine(Numbers.Text($"  {_network.Name}, {name}: {PairedRatio.MedianOf(times) * 1e6:0.0} us, " +
                $"{PairedRatio.Of(times, seconds[0])} of managed"));
        }
        return new(seconds[0], Faster(seconds[^4], seconds[^3]), Faster(seconds[^2], seconds[^1]),
            Faster(seconds[^6], seconds[^5]),
            [.. seconds.Skip(1).Take(others.Length)]);
    }

    /// <summary>Checks that all forms compute the same; otherwise their times cannot be compared.</summary>
    public string AssertSameScores(int rows)
    {
        int different = 0;
        float[] managed = new float[_scores.Length], torch = new float[_scores.Length];
        foreach (float[] row in _network.Rows.Take(rows))
        {
            Managed.Score(row, 1, managed);
            foreach (TorchForm form in (TorchForm[])[OpByOp, LayerByLayer, Backend])
            {
                form.Score(row, 1, torch);
                different += managed.Zip(torch).Any(pair => !(Math.Abs(pair.First - pair.Second) <= 1e-4)) ? 1 : 0;
            }
        }
        return different <= 1 + (3 * rows / 100)
            ? Numbers.Text($"{different} of {3 * rows} rows differ by more than 1e-4 (a spike flipped)")
            : throw new InvalidOperationException($"{_network.Name}: {different} of {3 * rows} rows differ.");
    }

    public void Dispose()
    {
        Managed.Dispose();
        OpByOp.Dispose();
        LayerByLayer.Dispose();
        Backend.Dispose();
    }

    private IEnumerable<(string Name, Action Run)> Torch(string name, TorchForm form)
    {
        foreach (int threads in (int[])[1, _threads])
        {
            yield return ($"libtorch {name}, {threads} threads", () =>
            {
                torch.set_num_threads(threads);
                form.Score(NextRow(), 1, _scores);
            }
            );
        }
    }

    private static double[] Faster(double[] a, double[] b) =>
        PairedRatio.MedianOf(a) <= PairedRatio.MedianOf(b) ? a : b;
}
