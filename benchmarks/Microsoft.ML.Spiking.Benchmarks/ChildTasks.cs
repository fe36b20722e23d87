using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Methods;
using Microsoft.ML.Spiking.Benchmarks.Scoring;
using Microsoft.ML.Spiking.Benchmarks.Tables;
using Microsoft.ML.Spiking.Benchmarks.Training;

namespace Microsoft.ML.Spiking.Benchmarks;

/// <summary>The measurements that run in separate processes; each prints numbers.</summary>
internal static class ChildTasks
{
    public const string StepMemory = "step-memory";
    public const string ConvStep = "conv-step";
    public const string ActivationMemory = "activation-memory";
    public const string ScoreRow = "score-row";
    public const string SparseMemory = "sparse-memory";
    public const string MethodMemory = "method-memory";
    public const string Start = "start";
    public const string Busy = "busy";
    public const string ContendedTraining = "contended-training";

    /// <exception cref="ArgumentException">There is no such task.</exception>
    public static void Run(string task, string[] arguments)
    {
        IEnumerable<double> results = task switch
        {
            StepMemory => StepMemoryTask.Run(arguments[0], (int)Numbers.Parse(arguments[1])),
            ConvStep => ConvStepTask.Run(arguments[0], (int)Numbers.Parse(arguments[1])),
            ActivationMemory => ActivationMemoryTask.Run(arguments[0], arguments[1], (int)Numbers.Parse(arguments[2])),
            ScoreRow => ScoreRowTask.Run(arguments[0]),
            Busy => BusyProcessors.Compute(),
            ContendedTraining => Training.ContendedTraining.Run(arguments[0]),
            SparseMemory => SparseMemoryTask.Run((int)Numbers.Parse(arguments[0])),
            MethodMemory => MethodMemoryTask.Run(arguments[0], arguments[1], (int)Numbers.Parse(arguments[2])),
            Start => StartTask.Run(arguments[0], arguments[1]),
            _ => throw new ArgumentException($"There is no task '{task}'."),
        };
        foreach (double result in results)
        {
            Console.WriteLine(Numbers.Text($"{result:R}"));
        }
    }
}
