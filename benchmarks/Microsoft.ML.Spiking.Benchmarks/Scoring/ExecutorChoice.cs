using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>The gain of each way to compute a layer: by groups of spikes, by active inputs, or densely.</summary>
internal sealed class ExecutorChoice : IBenchmark
{
    private const int BatchRows = 200;

    public string Name => "scoring-choice";

    public string Description =>
        "rows in managed code, one thread, with other executors than the library's; us, ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        TrainedNetwork[] networks =
        [
            .. TrainedNetworks.All(quick, output).Select(digits => digits.Network),
            DeepSpeed.Create("vgg-11", new SpikingVgg(11)), DeepSpeed.Create("resnet-18", new SpikingResNet(18)),
        ];
        foreach (TrainedNetwork network in networks)
        {
            Compare(network, rows: 1, quick ? 7 : 15, output);
        }
        Compare(networks[0], BatchRows, quick ? 7 : 15, output);
    }

    private static void Compare(TrainedNetwork network, int rows, int rounds, TextWriter output)
    {
        ExecutorFactory usual = ExecutorFactory.Of(VectorWidth.Auto);
        (string Name, ExecutorFactory Factory)[] ways =
        [
            ("as the library chooses", usual), ("by active inputs", new OtherExecutors(usual, isDense: false)),
            .. network.Definition.Layers.Any(layer => layer is ConvolutionLayer)
                ? new[] { ("convolutions dense", (ExecutorFactory)new OtherExecutors(usual, isDense: true)) }
                : [],
        ];
        double[][] seconds =
            InterleavedRounds.Measure(rounds, [.. ways.Select(way => Contender(network, rows, way.Factory))]);
        foreach (((string name, _), double[] times) in ways.Zip(seconds))
        {
            output.WriteLine(Numbers.Text($"  {network.Name}, {rows} rows, {name}: " +
                $"{PairedRatio.MedianOf(times) / rows * 1e6:0.0} us a row, {PairedRatio.Of(times, seconds[0])} of " +
                $"the library's"));
        }
    }

    private static Action Contender(TrainedNetwork network, int rows, ExecutorFactory factory)
    {
        var scorer = new ManagedScorer(network.Definition,
            ScoringPlanBuilder.Build(network.Definition, network.Weights, VectorWidth.Auto, factory));
        float[][] batches = [.. network.Rows.Chunk(rows).Select(batch => batch.SelectMany(row => row).ToArray())];
        float[] scores = new float[rows * scorer.ClassCount];
        int next = 0;
        return () => scorer.Score(batches[next++ % batches.Length], rows, scores);
    }
}
