using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>A problem that a small network solves in a second: three clouds of points on a circle.</summary>
internal static class Toy
{
    public const int Classes = 3;
    public const int Features = 8;

    public static TrainingSettings Settings => PlainSettings.Value;

    public static NetworkDefinition Network(
        NeuronDefinition? neuron = null, double dropout = 0, int hidden = 24, int timeSteps = 4) =>
        new Mlp(hidden)
            .Bind(new([Features], Classes, timeSteps, new DirectEncoder(), neuron ?? new ClifNeuron(), dropout));

    public static ArrayRowSource Rows(int count, int seed = 5)
    {
        (float[][] rows, int[] labels) = Points(count, seed);
        return new(rows, labels);
    }

    public static (float[][] Rows, int[] Labels) Points(int count, int seed = 5)
    {
        var rows = new float[count][];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % Classes;
            rows[i] = new float[Features];
            new RandomStream(seed, (RandomPurpose)99, item: i).FillNormal(rows[i], deviation: 0.2f);
            rows[i][labels[i]] += 1.5f;
        }
        return (rows, labels);
    }

    public static TrainingOutcome Train(
        TrainingSettings? settings = null, ArrayRowSource? train = null, ArrayRowSource? validation = null,
        RecordingObserver? observer = null, NetworkDefinition? network = null, NetworkWeights? initial = null) =>
        TrainingLoop.Run(network ?? Network(), initial, train ?? Rows(200), validation,
            settings ?? Settings, observer ?? new RecordingObserver(), CancellationToken.None);

    /// <summary>Returns all weights, concatenated.</summary>
    public static float[] Flat(NetworkWeights weights) => [.. weights.SelectMany(array => array.Values.ToArray())];
}
