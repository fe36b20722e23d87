using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>A model of one method and seed.</summary>
/// <param name="Model">The trained network.</param>
/// <param name="Accuracy">In percent, on the test rows.</param>
/// <param name="Spikes">Spikes of a neuron in a row's scoring; of graded neurons, the share that is not 0.</param>
/// <param name="Seconds">The processor time of the training; 0 where there was none.</param>
/// <param name="MeanSteps">Time steps of a row.</param>
internal sealed record Trained(
    SpikingPredictionTransformer Model, double Accuracy, double Spikes, double Seconds, double MeanSteps);

/// <summary>
/// Trains methods, and keeps models and figures in <see cref="SavedModels.Folder"/> where that is set.
/// </summary>
internal static partial class MethodTraining
{
    private const int RowsOfRates = 500;

    /// <summary>Trains a method, or takes what an earlier run has left.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="method">One of its methods.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="data">The rows that are trained on and tested on.</param>
    /// <param name="earlier">The models of the same seed so far, by method.</param>
    public static Trained Run(MethodProblem problem, Method method, int seed, (IDataView Train, IDataView Test) data,
        IReadOnlyDictionary<string, Trained> earlier)
    {
        if (method.ExitOf is { } other)
        {
            return Exit(earlier[other], method.Confidence, data.Test);
        }
        (string name, string? figures) = Place(problem, method, seed);
        double rate = 0, seconds = 0;
        var ml = new MLContext(1);
        bool isKnown = figures is not null && File.Exists(figures);
        SpikingPredictionTransformer model = SavedModels.Get(name, data.Test.Schema, isKnown, () =>
        {
            SpikingClifTrainer.Options options = Options(problem, method, seed, earlier);
            options.MetricsCallback = metrics => rate = metrics.MeanFiringRate;
            IDataView rows = method.RowsFactor == 1 ? data.Train : problem.More!(ml, method.RowsFactor);
            TimeSpan before = Processor();
            SpikingPredictionTransformer trained =
                ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(rows);
            seconds = (Processor() - before).TotalSeconds;
            return trained;
        });
        if (isKnown)
        {
            double[] known = [.. File.ReadAllText(figures!).Split(' ').Select(Numbers.Parse)];
            return new(model, known[0], known[1], known[2], known[3]);
        }
        double accuracy = Accuracy(model, data.Test);
        double spikes = Spikes(model, method, data.Test, rate);
        var result = new Trained(model, accuracy, spikes, seconds, model.Model.Network.TimeSteps);
        if (figures is not null)
        {
            File.WriteAllText(figures, Numbers.Text($"{accuracy:R} {spikes:R} {seconds:R} {result.MeanSteps:R}"));
        }
        return result;
    }

    /// <summary>Returns whether an earlier run has left all models of a problem and seed.</summary>
    public static bool IsKnown(MethodProblem problem, int seed) => problem.Methods.All(method =>
        method.ExitOf is not null || (Place(problem, method, seed).Figures is { } file && File.Exists(file)));

    /// <summary>Returns the options of a method.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="method">One of its methods.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="earlier">Has the model that teaches, where one does.</param>
    public static SpikingClifTrainer.Options Options(
        MethodProblem problem, Method method, int seed, IReadOnlyDictionary<string, Trained> earlier)
    {
        var options = new SpikingClifTrainer.Options
        {
            Network = problem.Network,
            InputShape = problem.InputShape?.ToArray(),
            Epochs = problem.Epochs,
            Seed = seed,
            NumberOfThreads = 1,
        };
        options.BatchSize = problem.BatchSize ?? options.BatchSize;
        method.Set(options);
        if (method.TaughtBy is { } teacher)
        {
            options.Teacher = new Teacher(earlier[teacher].Model.Model) { FeatureWeight = method.FeatureWeight };
        }
        return options;
    }

    private static (string Name, string? Figures) Place(MethodProblem problem, Method method, int seed)
    {
        string name = Numbers.Text($"{problem.Key}-{Slug(method.Name)}-{seed}");
        return (name, SavedModels.Folder is { } folder ? Path.Combine(folder, $"{name}.txt") : null);
    }

    private static Trained Exit(Trained whole, double confidence, IDataView test)
    {
        SpikingModelParameters from = whole.Model.Model;
        var ml = new MLContext(1);
        using var zip = new MemoryStream();
        ml.Model.Save(whole.Model, test.Schema, zip);
        zip.Position = 0;
        var model = (SpikingPredictionTransformer)ml.Model.Load(zip, out _);
        model.Model.ChangeEarlyExit(new EarlyExit { Confidence = confidence });
        double accuracy = Accuracy(model, test), steps = model.Model.MeanSteps!.Value;
        return new(model, accuracy, whole.Spikes * steps / from.Network.TimeSteps, 0, steps);
    }

    private static double Accuracy(SpikingPredictionTransformer model, IDataView test) =>
        100 * new MLContext(1).MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;

    private static double Spikes(SpikingPredictionTransformer model, Method method, IDataView test, double rate)
    {
        var ml = new MLContext(1);
        NetworkDefinition network = model.Model.Network;
        if (network.Layers.OfType<NeuronLayer>().Any(layer => layer.Neuron is FirstSpikeNeuron))
        {
            return ml.Model.SpikeTimes(model, test, RowsOfRates).SpikesPerNeuron;
        }
        if (method.IsGraded || network.Layers.Any(layer => layer.IsRecurrent))
        {
            return rate * network.TimeSteps; // of the last epoch, on training rows
        }
        FiringRateReport report = ml.Model.FiringRates(model, test, new() { MaximumRows = RowsOfRates });
        return report.MeanRate * report.TimeSteps;
    }

    private static TimeSpan Processor()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }

    private static string Slug(string name) => Other().Replace(name.ToLowerInvariant(), "-").Trim('-');

    [GeneratedRegex("[^a-z0-9.]+")]
    private static partial Regex Other();
}
