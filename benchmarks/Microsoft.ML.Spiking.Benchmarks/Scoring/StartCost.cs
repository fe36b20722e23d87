using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// The cost of a process until its first prediction: in the build that runs this, and in one that was published with
/// PublishReadyToRun, as the documentation recommends for processes that start often. Both backends are always measured
/// in the same build.
/// </summary>
internal sealed class StartCost : IBenchmark
{
    private const double Target = 25; // per cent
    private const string AsBuilt = "as built";
    private const string Published = "published with PublishReadyToRun";

    public string Name => "scoring-start";

    public string Description =>
        "from the start of a process to its first prediction: ms by the parent's clock, MB at most resident";

    public void Run(bool quick, TextWriter output)
    {
        string? published = PublishedProgram();
        if (published is null)
        {
            output.WriteLine("The published build, which the goals are for, is missing: " +
                "run dotnet publish on the benchmarks first, as ./build.sh bench does.");
        }
        foreach (TrainedDigits digits in TrainedNetworks.All(quick, output))
        {
            using var saved = new SavedNetwork(digits);
            string network = digits.Network.Name;
            int rounds = quick ? 5 : 11;
            Report(AsBuilt, network, Measure(program: null, saved.Folder, rounds), output);
            if (published is not null)
            {
                (double time, double memory) =
                    Report(Published, network, Measure(published, saved.Folder, rounds), output);
                output.WriteLine(new Goal($"{Name}-{network}-time-percent", time, Target, AtMost: true));
                output.WriteLine(new Goal($"{Name}-{network}-memory-percent", memory, Target, AtMost: true));
            }
        }
    }

    // The default folder of "dotnet publish".
    private static string? PublishedProgram()
    {
        string name = typeof(StartCost).Assembly.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : "");
        string program = Path.Combine(AppContext.BaseDirectory, "publish", name);
        return File.Exists(program) ? program : null;
    }

    /// <summary>
    /// Writes the medians, and managed code in per cent of libtorch, in paired rounds, without ML.NET.
    /// </summary>
    private static (double Time, double Memory) Report(
        string build, string network, (double[] Seconds, double[] Megabytes)[] runs, TextWriter output)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            output.WriteLine(Numbers.Text($"  {network}, {build}, {StartTask.Ways[i]}: " +
                $"{PairedRatio.MedianOf(runs[i].Seconds) * 1e3:0} ms, {PairedRatio.MedianOf(runs[i].Megabytes):0.0} " +
                $"MB"));
        }
        (double Time, double Memory) scorer = Percent(runs, StartTask.Managed, StartTask.Torch);
        (double Time, double Memory) engine = Percent(runs, StartTask.Engine, StartTask.TorchEngine);
        output.WriteLine(Numbers.Text($"  {network}, {build}, managed in % of libtorch: scorer {scorer.Time:0.0} " +
            $"time, {scorer.Memory:0.0} memory; ML.NET's engine {engine.Time:0.0} time, {engine.Memory:0.0} memory"));
        return scorer;
    }

    private static (double Time, double Memory) Percent(
        (double[] Seconds, double[] Megabytes)[] runs, string way, string other)
    {
        (double[] Seconds, double[] Megabytes) one = runs[Index(way)], two = runs[Index(other)];
        return (100 * PairedRatio.Of(one.Seconds, two.Seconds).Median,
            100 * PairedRatio.Of(one.Megabytes, two.Megabytes).Median);
    }

    private static (double[] Seconds, double[] Megabytes)[] Measure(string? program, string folder, int rounds)
    {
        var runs = StartTask.Ways.Select(_ => (Seconds: new double[rounds], Megabytes: new double[rounds])).ToArray();
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < runs.Length; i++)
            {
                int turn = (i + round) % runs.Length;
                (runs[turn].Seconds[round], double[] numbers) =
                    ChildProcess.Clock(program, ChildTasks.Start, StartTask.Ways[turn], folder);
                runs[turn].Megabytes[round] = numbers[0];
            }
        }
        return runs;
    }

    private static int Index(string way) => Array.IndexOf(StartTask.Ways, way);
}
