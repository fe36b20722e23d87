using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>CLIF with backpropagation beside networks that spike once, on digits.</summary>
internal sealed class MethodsComparison : IBenchmark
{
    private static readonly FirstSpikeConversion Clocked =
        new() { ClockBits = 4, WindowPercentile = 99.9, FineTuneEpochs = 2 };

    // A CLIF row, then rectifiers beside the conversions of the same trainings.
    private static readonly (string Name, Action<SpikingClifTrainer.Options> Set)[] Methods =
    [
        ("clif, T 4", _ => { }),
        ("relu", Rectifiers),
        ("relu, penalty 5e-4", o => (o.Neuron, o.TimeSteps, o.SpikePenalty) = (new ReluNeuron(), 1, 5e-4)),
        ("first spike", o => First(o, 0, new() { WindowPercentile = 100 })),
        ("first spike, penalty 5e-4", o => First(o, 5e-4, new() { WindowPercentile = 100 })),
        ("first spike, penalty 5e-4, 4 bits, tuned", o => First(o, 5e-4, Clocked)),
        ("first spike, penalty 5e-4, 2 bits, tuned", o => First(o, 5e-4, Clocked with { ClockBits = 2 })),
    ];

    public string Name => "methods";

    public string Description =>
        "ways to train and to code on digits, 784-340-340-10: accuracy (%), spikes per neuron (values that are not " +
        "0, of rectifiers; over all steps, of CLIF), row time over CLIF's";

    public void Run(bool quick, TextWriter output)
    {
        (int rows, int tests, int epochs, int seeds) = quick ? (4_000, 2_000, 3, 1) : (20_000, 10_000, 12, 3);
        var ml = new MLContext(1);
        IDataView train = ml.Data.LoadFromEnumerable(Digits.Train(rows));
        DigitRow[] digits = Digits.Test(tests);
        IDataView test = ml.Data.LoadFromEnumerable(digits);
        output.WriteLine(Numbers.Text($"{Digits.Name}, {rows} training rows, {tests} test rows, {epochs} epochs"));
        List<SpikingPredictionTransformer> models = [];
        double[] mean = new double[Methods.Length], spikes = new double[Methods.Length];
        for (int method = 0; method < Methods.Length; method++)
        {
            double[] accuracies = new double[seeds];
            for (int seed = 0; seed < seeds; seed++)
            {
                double rate = 0;
                var options = new SpikingClifTrainer.Options
                {
                    Network = new Mlp(340, 340),
                    Epochs = epochs,
                    Seed = seed + 1,
                    NumberOfThreads = 1,
                    MetricsCallback = metrics => rate = metrics.MeanFiringRate,
                };
                Methods[method].Set(options);
                SpikingPredictionTransformer model =
                    ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train);
                accuracies[seed] = 100 * ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
                // Of a network that spikes once, in scoring; of others, in the last epoch of the training.
                spikes[method] += (options.Conversion is null ? rate * options.TimeSteps
                    : ml.Model.SpikeTimes(model, test, 1_000).SpikesPerNeuron) / seeds;
                if (seed == 0)
                {
                    models.Add(model);
                }
            }
            mean[method] = accuracies.Average();
            double spread = Math.Sqrt(accuracies.Sum(a => Math.Pow(a - mean[method], 2)) / Math.Max(1, seeds - 1));
            output.WriteLine(Numbers.Text(
                $"{Methods[method].Name} | {mean[method]:0.00} ({spread:0.00}) | {spikes[method]:0.000}"));
        }
        var scores = new float[DigitRow.Classes];
        double[][] seconds = InterleavedRounds.Measure(quick ? 5 : 15, [.. models.Select<SpikingPredictionTransformer,
            Action>(model => () => model.Model.Scorer.Score(digits[0].Features, 1, scores))]);
        for (int method = 0; method < models.Count; method++)
        {
            output.WriteLine(Numbers.Text($"row time of {Methods[method].Name} over CLIF's: ") +
                PairedRatio.Of(seconds[method], seconds[0]));
        }
        output.WriteLine(new Goal("methods-first-spikes-per-neuron", spikes[4], 0.3, AtMost: true));
        output.WriteLine(new Goal("methods-first-spike-points-below-relu", mean[2] - mean[4], 0.2, AtMost: true));
    }

    private static void Rectifiers(SpikingClifTrainer.Options options) =>
        (options.Neuron, options.TimeSteps) = (new ReluNeuron(), 1);

    private static void First(SpikingClifTrainer.Options options, double penalty, FirstSpikeConversion conversion)
    {
        Rectifiers(options);
        (options.SpikePenalty, options.Conversion) = (penalty, conversion);
    }
}
