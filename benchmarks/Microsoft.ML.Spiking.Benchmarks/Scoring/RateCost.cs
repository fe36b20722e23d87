using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// Fewer spikes, less time: the trained networks with other thresholds, which change the firing rate and nothing else.
/// </summary>
internal sealed class RateCost : IBenchmark
{
    // Points that are closer change places by chance.
    private const double LeastDistance = 1.1;

    private static readonly double[] Thresholds = [0.25, 0.5, 0.75, 1, 1.5, 2.5, 4, 8];

    public string Name => "scoring-rate";

    public string Description =>
        "one row in managed code against the firing rate, which the neurons' threshold changes; us";

    public void Run(bool quick, TextWriter output)
    {
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            RatePoint[] points = [.. Measure(digits.Network, rounds: quick ? 9 : 25).OrderBy(point => point.Rate)];
            foreach (RatePoint point in points)
            {
                output.WriteLine(Numbers.Text($"  {digits.Network.Name}, threshold {point.Threshold}: rate " +
                    $"{point.Rate:0.0000}, {point.Microseconds:0.0} us"));
            }
            output.WriteLine(Numbers.Text($"  {digits.Network.Name}: most spikes / fewest spikes, " +
                $"{points[^1].Microseconds / points[0].Microseconds:0.0} times the time"));
            output.WriteLine(
                new Goal($"{Name}-{digits.Network.Name}-pairs-in-order", PairsInOrder(points), 1, AtMost: false));
            if (output is ResultFile file)
            {
                RatePlot.Write(digits.Network.Name, points, file.Location);
            }
        }
    }

    private static IEnumerable<RatePoint> Measure(TrainedNetwork network, int rounds)
    {
        TrainedNetwork[] networks = [.. Thresholds.Select(threshold => WithThreshold(network, threshold))];
        double[][] seconds = InterleavedRounds.Measure(rounds, [.. networks.Select(Contender)]);
        foreach ((int index, TrainedNetwork changed) in networks.Index())
        {
            yield return new(Thresholds[index], changed.FiringRates().Mean, 1e6 * PairedRatio.MedianOf(seconds[index]));
        }
    }

    private static Action Contender(TrainedNetwork network)
    {
        var scorer = new ManagedScorer(network.Definition, network.Weights);
        float[] scores = new float[network.Definition.ClassCount];
        int next = 0;
        return () => scorer.Score(network.Rows[next++ % network.Rows.Length], 1, scores);
    }

    private static TrainedNetwork WithThreshold(TrainedNetwork network, double threshold)
    {
        NetworkDefinition before = network.Definition;
        Layer[] layers = [.. before.Layers.Select(layer => layer is NeuronLayer { Neuron: ClifNeuron clif } neuron
            ? new NeuronLayer(neuron.Name, clif with { Threshold = threshold })
            : layer)];
        var changed =
            new NetworkDefinition(before.InputShape, before.TimeSteps, before.Encoder, layers, before.ClassCount);
        return network with { Definition = changed };
    }

    /// <summary>Returns the share of pairs of points in which the one with fewer spikes took less time.</summary>
    private static double PairsInOrder(RatePoint[] points)
    {
        bool[] pairs =
        [
            .. from low in points
               from high in points
               where high.Rate > LeastDistance * low.Rate
               select low.Microseconds < high.Microseconds,
        ];
        return pairs.Average(isInOrder => isInOrder ? 1.0 : 0);
    }
}

/// <summary>The time of a row at a firing rate.</summary>
/// <param name="Threshold">The threshold of all neurons.</param>
/// <param name="Rate">Spikes per neuron and time step, over all neurons.</param>
/// <param name="Microseconds">The median time of a row.</param>
internal sealed record RatePoint(double Threshold, double Rate, double Microseconds);
