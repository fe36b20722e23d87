using Microsoft.ML.Spiking.Benchmarks;
using Microsoft.ML.Spiking.Benchmarks.Data;
using Microsoft.ML.Spiking.Benchmarks.Events;
using Microsoft.ML.Spiking.Benchmarks.Export;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Methods;
using Microsoft.ML.Spiking.Benchmarks.Neurons;
using Microsoft.ML.Spiking.Benchmarks.Scoring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Benchmarks.Sweeps;
using Microsoft.ML.Spiking.Benchmarks.Tables;
using Microsoft.ML.Spiking.Benchmarks.Training;
using Microsoft.ML.Spiking.Training.Native;

// Arguments: --quick for fewer sizes and rounds; --results FOLDER; --models FOLDER, where trained networks are saved
// and found again; --minutes N, after which the comparison of methods begins no further training; names of benchmarks,
// or none for all.
if (args is [ChildProcess.Mark, string task, ..])
{
    ChildTasks.Run(task, args[2..]);
    return 0;
}
IBenchmark[] all =
[
    new NeuronAgainstMemory(), new NeuronAgainstOpByOp(), new StepSpeed(), new StepMemory(), new ActivationMemory(),
    new ConvStepSpeed(), new ChannelsLast(), new NativeMemoryEffect(), new Contention(), new DataWaiting(),
    new RowSpeed(), new EngineSpeed(), new BatchSpeed(), new StartCost(), new RateCost(), new DeepSpeed(),
    new ScoringAgreement(), new ExecutorChoice(), new OnnxSteps(), new OnnxSpeed(), new OnnxPrecision(),
    new Compression(), new Int8Speed(), new HalvingEpochs(), new SweepOverhead(), new SweepWorkers(),
    new TablesComparison(), new SparseMemory(), new EventReading(), new StreamSpeed(), new MethodsComparison(),
    new SparseGradientSpeed(), new EventShares(), new EarlyExitCurve(),
];
bool quick = args.Contains("--quick");
string folder = Value("--results") ?? "results";
SavedModels.Folder = Value("--models");
MethodsComparison.Minutes = Value("--minutes") is { } minutes ? Numbers.Parse(minutes) : double.PositiveInfinity;
string[] names =
    [.. args.Where((arg, i) => !arg.StartsWith('-')
        && (i == 0 || args[i - 1] is not ("--results" or "--models" or "--minutes")))];
string[] unknown = [.. names.Except(all.Select(benchmark => benchmark.Name))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown: {string.Join(", ", unknown)}. There are: " +
        string.Join(", ", all.Select(benchmark => benchmark.Name)));
    return 2;
}
// As in training: huge pages are requested before libtorch is loaded, and all of it runs on one thread.
using IDisposable? memory = NativeMemory.Use(isWanted: true);
NativeRuntime.EnsureLoaded(withCuda: false);
foreach (IBenchmark benchmark in all.Where(benchmark => names.Length == 0 || names.Contains(benchmark.Name)))
{
    using var output = new ResultFile(folder, quick ? $"{benchmark.Name}-quick" : benchmark.Name);
    foreach (string line in Machine.Describe())
    {
        output.WriteLine(line);
    }
    output.WriteLine($"# {benchmark.Name}: {benchmark.Description}");
    TrainingThread.Run(() =>
    {
        benchmark.Run(quick, output);
        return 0;
    });
    Console.WriteLine($"-> {output.Location}");
}
return 0;

string? Value(string option) =>
    Array.IndexOf(args, option) is int at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
