using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Tactile;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Recurrent networks on digits that are read row by row, and on touches of braille letters.</summary>
internal sealed class RecurrentDigits : IBenchmark
{
    private const int TestFrom = 40; // of 50 repetitions of each letter

    private static readonly (string Name, NetworkTemplate Network, NeuronDefinition Neuron)[] Methods =
    [
        ("gated, 6 bits", new SpikingRecurrent(64), new LifNeuron()),
        ("gated, 6 bits, threshold 3", new SpikingRecurrent(64) { Threshold = 3 }, new LifNeuron()),
        ("gated, 3 bits", new SpikingRecurrent(64) { OutputBits = 3 }, new LifNeuron()),
        ("gated, 6 bits, no recurrent weights",
            new NetworkBuilder().GatedRecurrent(64, hasRecurrentWeights: false).Build(), new LifNeuron()),
        ("recurrent LIF", new RecurrentMlp(64), new LifNeuron()),
        ("recurrent CLIF", new RecurrentMlp(64), new ClifNeuron()),
        ("LIF, not recurrent", new Mlp(64), new LifNeuron()),
        ("CLIF, not recurrent", new Mlp(64), new ClifNeuron()),
    ];

    public string Name => "recurrent";

    public string Description =>
        "recurrent networks of 64 units: accuracy (%) on digits read row by row, 28 steps of 28 pixels, and on " +
        "touches of braille letters, 76 steps of 12 sensors (the file that SPIKING_BRAILLE names); share of values " +
        "that are not 0";

    public void Run(bool quick, TextWriter output)
    {
        (int rows, int tests, int epochs, int seeds) = quick ? (4_000, 2_000, 8, 1) : (4_000, 10_000, 8, 3);
        var ml = new MLContext(1);
        output.WriteLine(Numbers.Text($"{Digits.Name}, {rows} training rows, {tests} test rows, {epochs} epochs"));
        Compare(ml, ml.Data.LoadFromEnumerable(Digits.Train(rows)), ml.Data.LoadFromEnumerable(Digits.Test(tests)),
            [28, 28], epochs, seeds, output);
        if (Environment.GetEnvironmentVariable("SPIKING_BRAILLE") is not { Length: > 0 } braille)
        {
            output.WriteLine("Touches left out: SPIKING_BRAILLE names no file.");
            return;
        }
        IReadOnlyList<Touch> touches = Touch.Read(braille);
        epochs = quick ? 5 : 40;
        output.WriteLine(Numbers.Text($"touches of 27 letters, {epochs} epochs"));
        IDataView keyed(bool isTest) => ml.Data.LoadFromEnumerable(
            touches.Where(touch => touch.Repetition >= TestFrom == isTest));
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(keyed(false));
        Compare(ml, keys.Transform(keyed(false)), keys.Transform(keyed(true)), [Touch.Steps, Touch.Sensors], epochs,
            seeds, output);
    }

    private static void Compare(MLContext ml, IDataView train, IDataView test, IReadOnlyList<int> shape, int epochs,
        int seeds, TextWriter output)
    {
        foreach ((string name, NetworkTemplate network, NeuronDefinition neuron) in Methods)
        {
            double[] accuracies = new double[seeds];
            double rate = 0;
            for (int seed = 0; seed < seeds; seed++)
            {
                SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(new()
                {
                    Network = network,
                    Neuron = neuron,
                    InputShape = shape,
                    Epochs = epochs,
                    BatchSize = 32,
                    Seed = seed + 1,
                    NumberOfThreads = 1,
                    MetricsCallback = metrics => rate = metrics.MeanFiringRate,
                }).Fit(train);
                accuracies[seed] = 100 * ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            }
            double mean = accuracies.Average();
            double spread = Math.Sqrt(accuracies.Sum(a => Math.Pow(a - mean, 2)) / Math.Max(1, seeds - 1));
            output.WriteLine(Numbers.Text($"{name} | {mean:0.00} ({spread:0.00}) | {rate:0.000}"));
        }
    }
}
