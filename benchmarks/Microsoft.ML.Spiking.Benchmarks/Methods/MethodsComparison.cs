using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// Ways to train and to code beside CLIF with backpropagation through time, on digits and on pictures.
/// </summary>
internal sealed class MethodsComparison : IBenchmark
{
    public string Name => "methods";

    public string Description =>
        "ways to train and to code: accuracy in % (standard deviation over the seeds); spikes per neuron in a row's " +
        "scoring (of rectifiers, values that are not 0); seconds of the training over CLIF's with the same seed; its " +
        "peak of memory in MB; time of a row over CLIF's";

    public void Run(bool quick, TextWriter output)
    {
        var ml = new MLContext(1);
        (int digits, int tests, int seeds) = quick ? (2_000, 1_000, 1) : (10_000, 10_000, 3);
        DigitRow[] test = Digits.Test(tests);
        Compare(quick, seeds, output,
            new(Numbers.Text($"{Digits.Name}, Mlp(340, 340)"), new Mlp(340, 340), quick ? 2 : 10, Penalty: 5e-4),
            ml, ml.Data.LoadFromEnumerable(Digits.Train(digits)), ml.Data.LoadFromEnumerable(test), test[0].Features);
        (int pictures, int pictureTests) = quick ? (500, 200) : (2_000, 2_000);
        if (Pictures.Read("train", pictures) is not { } train || Pictures.Read("test", pictureTests) is not { } held)
        {
            output.WriteLine("CIFAR-10 is not here: only digits were compared.");
            return;
        }
        Compare(quick, seeds, output,
            new("CIFAR-10, ConvNet(32, 64)", new ConvNet(32, 64), quick ? 1 : 5, Penalty: 1e-5),
            ml, ml.Data.LoadFromEnumerable(train), ml.Data.LoadFromEnumerable(held), held[0].Features);
    }

    private static void Compare(bool quick, int seeds, TextWriter output, Problem problem, MLContext ml,
        IDataView train, IDataView test, float[] row)
    {
        long rows = train.GetColumn<uint>("Label").LongCount();
        output.WriteLine(Numbers.Text($"{problem.Name}: {rows} rows, {problem.Epochs} epochs, {seeds} seeds, ") +
            "one thread");
        IReadOnlyList<Method> methods = MethodList.For(problem.Penalty);
        List<SpikingPredictionTransformer> models = [];
        var all = new Dictionary<string, Trained[]>(StringComparer.Ordinal);
        var results = new Dictionary<string, Trained>(StringComparer.Ordinal);
        foreach (Method method in methods)
        {
            Trained[] trained =
                [.. Enumerable.Range(1, seeds).Select(seed => Train(problem, method, seed, ml, train, test,
                    method.TaughtBy is null ? null : all[method.TaughtBy][seed - 1].Model.Model))];
            all.Add(method.Name, trained);
            models.Add(trained[0].Model);
            double mean = trained.Average(one => one.Accuracy);
            double spread =
                Math.Sqrt(trained.Sum(one => Math.Pow(one.Accuracy - mean, 2)) / Math.Max(1, seeds - 1));
            results[method.Name] = new(trained[0].Model, mean, trained.Average(one => one.Spikes),
                trained.Average(one => one.Seconds), trained.Max(one => one.Megabytes));
            Trained average = results[method.Name];
            double time = average.Seconds / results[MethodList.Clif].Seconds;
            output.WriteLine(Numbers.Text($"{method.Name} | {mean:0.00} ({spread:0.00}) | {average.Spikes:0.000} | ") +
                Numbers.Text($"{time:0.00} | {average.Megabytes:0}"));
        }
        var scores = new float[10];
        double[][] seconds = InterleavedRounds.Measure(quick ? 5 : 15,
            [.. models.Select<SpikingPredictionTransformer, Action>(
                model => () => model.Model.Scorer.Score(row, 1, scores))]);
        for (int i = 0; i < models.Count; i++)
        {
            output.WriteLine(Numbers.Text($"row time of {methods[i].Name}: ") + PairedRatio.Of(seconds[i], seconds[0]));
        }
        Trained once = results[MethodList.FirstSpike];
        output.WriteLine(new Goal("methods-first-spikes-per-neuron", once.Spikes, 0.3, AtMost: true));
        output.WriteLine(new Goal("methods-first-spike-points-below-relu",
            results[MethodList.Relu].Accuracy - once.Accuracy, 0.2, AtMost: true));
    }

    private static Trained Train(
        Problem problem, Method method, int seed, MLContext ml, IDataView train, IDataView test,
        SpikingModelParameters? teacher)
    {
        double rate = 0;
        var options = new SpikingClifTrainer.Options
        {
            Network = problem.Network,
            Epochs = problem.Epochs,
            Seed = seed,
            NumberOfThreads = 1,
            MetricsCallback = metrics => rate = metrics.MeanFiringRate,
        };
        method.Set(options);
        options.Teacher = teacher is null ? null : new Teacher(teacher) { FeatureWeight = method.FeatureWeight };
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GlibcHeap.Trim();
        ResidentMemory.ForgetPeak();
        double before = ResidentMemory.Now;
        long start = Stopwatch.GetTimestamp();
        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, megabytes = ResidentMemory.Peak - before;
        double accuracy = 100 * ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
        // Of a network that spikes once, in scoring; of others, in the last epoch of the training.
        double spikes = options.Conversion is FirstSpikeConversion
            ? ml.Model.SpikeTimes(model, test, 500).SpikesPerNeuron : rate * options.TimeSteps;
        return new(model, accuracy, spikes, seconds, megabytes);
    }

    private sealed record Problem(string Name, NetworkTemplate Network, int Epochs, double Penalty);

    private sealed record Trained(
        SpikingPredictionTransformer Model, double Accuracy, double Spikes, double Seconds, double Megabytes);
}
