using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>
/// Both executors, every neuron with every reset, dense and convolutional, with random and with trained weights: the
/// same scores except in rare rows where rounding flips a spike, which are counted.
/// </summary>
[TestClass]
public sealed class ExecutorAgreementTests
{
    private const int Classes = 4;
    private const int Side = 8;
    private const int Features = Side * Side;
    private const int Rows = 400;

    public required TestContext TestContext { get; init; }

    public static IEnumerable<NeuronDefinition> Neurons =>
    [
        .. from reset in new double?[] { null, 0, -0.08 }
           from decay in new[] { false, true }
           let threshold = decay ? 0.15 : 0.5 // so that neurons fire
           from neuron in new NeuronDefinition[]
           {
               new ClifNeuron { ResetPotential = reset, DecayInput = decay, Threshold = threshold },
               new LifNeuron
               {
                   ResetPotential = reset,
                   DecayInput = decay,
                   Threshold = threshold,
                   MembraneTimeConstant = 3,
               },
               new PlifNeuron { ResetPotential = reset, DecayInput = decay, Threshold = threshold },
               new KlifNeuron { ResetPotential = reset, DecayInput = decay, Threshold = threshold, ScaleReset = decay },
           }
           select neuron,
        .. new double?[] { null, 0, -0.08 }.Select(reset => new IfNeuron { ResetPotential = reset }), new ReluNeuron(),
    ];

    [TestMethod]
    public void Score_ManagedAndTorch_AgreeOnNearlyAllRows()
    {
        (float[][] rows, int[] labels) = Bumps(Rows);
        float[] features = [.. rows.SelectMany(row => row)];
        int all = 0, flipped = 0, otherLabels = 0;
        foreach (NeuronDefinition neuron in Neurons)
        {
            foreach (NetworkTemplate template in new NetworkTemplate[] { new Mlp(48, 40), new ConvNet(6, 9) })
            {
                NetworkDefinition network = template.Bind(new(
                    [1, Side, Side], Classes, TimeSteps: 5, new DirectEncoder(), neuron, Dropout: 0));
                string name = $"{neuron}, {template.GetType().Name}";
                foreach (NetworkWeights weights in new[] { Settle(network, features), Train(network, rows, labels) })
                {
                    float[][] managed = Scores(name, new ManagedScorer(network, weights), features);
                    float[][] torch = Scores(name, new TorchScorer(network, weights,
                        TorchWorker.On(ComputeDevice.Cpu, 0)), features);
                    int different = managed.Zip(torch).Count(pair => IsDifferent(pair.First, pair.Second));
                    if (different > 0)
                    {
                        TestContext.WriteLine($"{name}: {different} of {Rows} rows");
                    }
                    all += Rows;
                    flipped += different;
                    otherLabels += managed.Zip(torch).Count(pair => Best(pair.First) != Best(pair.Second));
                }
            }
        }
        TestContext.WriteLine($"{flipped} of {all} rows differ by more than 1e-4, {otherLabels} in their label");
        Assert.IsLessThanOrEqualTo(all / 1_000, flipped);
        Assert.IsLessThanOrEqualTo(all / 10_000, otherLabels);
    }

    private static NetworkWeights Settle(NetworkDefinition network, float[] features) =>
        SettledWeights.Of(network, RandomNetwork.Weights(network, 3), features.Chunk(20 * Features).Take(20));

    private static NetworkWeights Train(NetworkDefinition network, float[][] rows, int[] labels) => Toy.Train(
        Toy.Settings with { Epochs = 2, LearningRate = 0.02 }, new ArrayRowSource(rows[..160], labels[..160]),
            network: network).Weights;

    private static float[][] Scores(string name, IScorer scorer, float[] features)
    {
        using (scorer)
        {
            float[] scores = new float[Rows * Classes];
            scorer.Score(features, Rows, scores);
            float[][] byRow = [.. scores.Chunk(Classes)];
            int distinct = byRow.Select(row => row[0]).Distinct().Count();
            Assert.IsGreaterThan(Rows / 50, distinct, $"{name}: all rows score alike: nothing is tested");
            return byRow;
        }
    }

    // A bright spot in noise; its corner of the image is the class.
    private static (float[][] Rows, int[] Labels) Bumps(int count)
    {
        var random = new Random(1);
        int[] labels = [.. Enumerable.Range(0, count).Select(i => i % Classes)];
        return ([.. labels.Select(label => Bump(label, random))], labels);
    }

    private static float[] Bump(int label, Random random)
    {
        int top = (label / 2 * 4) + random.Next(2), left = (label % 2 * 4) + random.Next(2);
        float[] row = [.. Enumerable.Range(0, Features).Select(_ => random.Next(3) == 0 ? random.NextSingle() : 0)];
        for (int i = 0; i < 9; i++)
        {
            row[((top + (i / 3)) * Side) + left + (i % 3)] += 1.5f;
        }
        return row;
    }

    private static bool IsDifferent(float[] one, float[] other) =>
        one.Zip(other).Any(pair => !(Math.Abs(pair.First - pair.Second) <= 1e-4));

    private static int Best(float[] scores) => Array.IndexOf(scores, scores.Max());
}
