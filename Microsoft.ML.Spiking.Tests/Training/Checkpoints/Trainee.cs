using System.Diagnostics;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>
/// A training in a separate process, which prints a line for every batch and every line of the log.
/// </summary>
internal static class Trainee
{
    public const string Command = "train-until-killed";
    public const string Batch = "batch";

    private const int Patience = 4;

    /// <summary>The number of batches that a training has at least, however early it stops.</summary>
    public const int LeastBatches = (Patience + 1) * 25;

    /// <summary>Returns settings that take a second, with every part that has a state.</summary>
    public static TrainingOutcome Train(string? folder, RecordingObserver observer) => Toy.Train(
        Toy.Settings with
        {
            Optimizer = OptimizerKind.AdamW,
            LearningRate = 0.01,
            GradientAccumulation = 2,
            LabelSmoothing = 0.1,
            EarlyStoppingPatience = Patience,
            Augmentation =
                new() { CropPadding = 1, HorizontalFlip = true, CutoutSize = 1, MixupAlpha = 0.4, CutmixAlpha = 1 },
            CheckpointFolder = folder,
            CheckpointEveryBatches = folder is null ? null : 1,
        },
        Toy.Rows(400), Toy.Rows(60, seed: 6), observer, Network());

    /// <summary>Runs in the child process.</summary>
    public static void Run(string folder)
    {
        var observer = new RecordingObserver { OnBatch = _ => Say(Batch) };
        Train(folder, observer);
        observer.Infos.ForEach(Say);
    }

    /// <summary>Starts the child process.</summary>
    public static Process Start(string folder)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Spiking.Tests");
        var start = new ProcessStartInfo(OperatingSystem.IsWindows() ? program + ".exe" : program, [Command, folder])
        {
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("The process could not be started.");
    }

    // The 8 features as images of 2 x 4; running statistics, a learned neuron, dropout.
    private static NetworkDefinition Network() =>
        new ConvNet(4)
            .Bind(new([1, 2, 4], Toy.Classes, TimeSteps: 3, new DirectEncoder(), new PlifNeuron(), Dropout: 0.2));

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
