using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// Ways to train and to code beside CLIF with backpropagation through time, on digits, pictures and sequences.
/// </summary>
/// <remarks>
/// With --models FOLDER models and their figures are kept there as soon as they are trained, so that a run that was
/// interrupted goes on, and one on a quiet machine has times alone to measure.
/// </remarks>
internal sealed class MethodsComparison : IBenchmark
{
    private const int Seeds = 3;
    private const int RowsOfTimes = 16;

    private static readonly string[] Keys =
        ["digits", "digits-by-rows", "all-digits", "digit-images", "pictures", "touches"];

    /// <summary>Gets or sets the minutes after which no further seed of a problem is begun.</summary>
    public static double Minutes { get; set; } = double.PositiveInfinity;

    public string Name => "methods";

    public string Description =>
        "ways to train and to code: accuracy in % (standard deviation over the seeds); spikes per neuron in a row's " +
        "scoring (of rectifiers, feedback and gated layers: values that are not 0); mean time steps of a row; " +
        "processor time of the training over that of the first line, the same seeds; peak of the native memory that " +
        "it has in use, in MB; time of a row's scoring over that of the first line. All with one thread. pictures: " +
        "SPIKING_CIFAR; touches: SPIKING_BRAILLE";

    public void Run(bool quick, TextWriter output)
    {
        List<MethodProblem> problems = [];
        foreach (string key in Keys)
        {
            if (MethodProblem.Of(key, quick) is { } problem)
            {
                problems.Add(problem);
            }
            else
            {
                output.WriteLine($"{key}: left out, the data is not here.");
            }
        }
        long start = Stopwatch.GetTimestamp();
        List<Dictionary<string, Trained>>[] models =
            [.. problems.Select(_ => new List<Dictionary<string, Trained>>())];
        // Seed by seed, so that what there is of an interrupted run has all problems.
        for (int seed = 1; seed <= (quick ? 1 : Seeds); seed++)
        {
            for (int i = 0; i < problems.Count; i++)
            {
                if (Stopwatch.GetElapsedTime(start).TotalMinutes < Minutes
                    || MethodTraining.IsKnown(problems[i], seed))
                {
                    models[i].Add(Train(problems[i], seed, output));
                }
            }
        }
        for (int i = 0; i < problems.Count; i++)
        {
            if (models[i].Count > 0)
            {
                Table(problems[i], [.. models[i]], quick, output);
            }
        }
    }

    private static Dictionary<string, Trained> Train(MethodProblem problem, int seed, TextWriter output)
    {
        var models = new Dictionary<string, Trained>(StringComparer.Ordinal);
        (IDataView, IDataView) data = problem.Read(new MLContext(1));
        foreach (Method method in problem.Methods)
        {
            Trained trained = MethodTraining.Run(problem, method, seed, data, models);
            models.Add(method.Name, trained);
            output.WriteLine(Numbers.Text($"# {problem.Key}, seed {seed}, {method.Name}: ") +
                Numbers.Text($"{trained.Accuracy:0.00} %, {trained.Spikes:0.000}, {trained.Seconds:0.0} s"));
        }
        return models;
    }

    private static void Table(
        MethodProblem problem, Dictionary<string, Trained>[] models, bool quick, TextWriter output)
    {
        output.WriteLine(Numbers.Text($"{problem.Title}, {models.Length} seeds"));
        string first = problem.Methods[0].Name;
        double[][] rowTimes = RowTimes(problem, models[0], quick);
        Dictionary<string, double> means = new(StringComparer.Ordinal);
        for (int i = 0; i < problem.Methods.Count; i++)
        {
            Method method = problem.Methods[i];
            Trained[] seeds = [.. models.Select(one => one[method.Name])];
            double mean = seeds.Average(one => one.Accuracy);
            double spread = Math.Sqrt(
                seeds.Sum(one => Math.Pow(one.Accuracy - mean, 2)) / Math.Max(1, seeds.Length - 1));
            means[method.Name] = mean;
            string time = method.ExitOf is not null ? "-"
                : Numbers.Text($"{models.Average(one => one[method.Name].Seconds / one[first].Seconds):0.00}");
            string memory = method.ExitOf is not null ? "-" : Numbers.Text(
                $"{ChildProcess.Run(ChildTasks.MethodMemory, problem.Key, method.Name, "0")[0]:0}");
            output.WriteLine(Numbers.Text($"{method.Name} | {mean:0.00} ({spread:0.00}) | ") +
                Numbers.Text($"{seeds.Average(one => one.Spikes):0.000} | {seeds.Average(one => one.MeanSteps):0.00}") +
                $" | {time} | {memory} | {PairedRatio.Of(rowTimes[i], rowTimes[0])}");
        }
        Memory(problem, output);
        if (means.TryGetValue(MethodList.FirstSpike, out double firstSpike))
        {
            output.WriteLine(new Goal($"{problem.Key}-first-spikes-per-neuron",
                models.Average(one => one[MethodList.FirstSpike].Spikes), 0.3, AtMost: true));
            output.WriteLine(new Goal($"{problem.Key}-first-spike-points-below-relu",
                means[MethodList.Relu] - firstSpike, 0.2, AtMost: true));
        }
    }

    /// <summary>Returns the seconds of some rows, one by one: [method][round].</summary>
    private static double[][] RowTimes(MethodProblem problem, Dictionary<string, Trained> models, bool quick)
    {
        (_, IDataView test) = problem.Read(new MLContext(1));
        float[][] rows = [.. test.GetColumn<VBuffer<float>>("Features").Take(RowsOfTimes)
            .Select(row => row.DenseValues().ToArray())];
        return InterleavedRounds.Measure(quick ? 3 : 15, [.. problem.Methods.Select<Method, Action>(method =>
        {
            SpikingModelParameters model = models[method.Name].Model.Model;
            float[] scores = new float[model.Network.ClassCount];
            return () =>
            {
                foreach (float[] row in rows)
                {
                    model.Scorer.Score(row, 1, scores);
                }
            };
        })]);
    }

    private static readonly string[] StepCounts = ["2", "8", "32"];

    private static void Memory(MethodProblem problem, TextWriter output)
    {
        foreach (Method method in problem.Methods.Where(one => one.Name is MethodList.Clif
            or "IF, spike representation, T 4" or "feedback, T 5" && problem.Key is "digits" or "pictures"))
        {
            double[] megabytes = [.. StepCounts.Select(steps =>
                ChildProcess.Run(ChildTasks.MethodMemory, problem.Key, method.Name, steps)[0])];
            output.WriteLine(Numbers.Text($"memory of {method.Name} at T 2, 8, 32: {megabytes[0]:0}, ") +
                Numbers.Text($"{megabytes[1]:0}, {megabytes[2]:0} MB: {megabytes[2] / megabytes[0]:0.00} times"));
        }
    }
}
