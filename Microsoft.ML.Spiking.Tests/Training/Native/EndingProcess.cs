using System.Diagnostics;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>A separate process that ends while other threads are working in libtorch.</summary>
internal static class EndingProcess
{
    public const string Command = "end-while-at-work";
    public const string MainReturns = "main-returns";
    public const string Exits = "exits";
    public const string ExitsInCallback = "exits-in-callback";
    public const string Scoring = "scoring";
    public const int ExitCode = 42;

    /// <summary>Starts the work in the child process and ends it in the middle.</summary>
    /// <param name="way">How it ends.</param>
    /// <param name="folder">The folder of checkpoints; "-" for none.</param>
    /// <returns>The exit code of Main.</returns>
    public static int Run(string way, string folder)
    {
        using var begun = new CountdownEvent(2);
        for (int i = 0; i < begun.InitialCount; i++)
        {
            string? ownFolder = folder == "-" ? null : Path.Combine(folder, $"{i}");
            bool mayExit = i == 0;
            _ = Task.Factory.StartNew(
                () => Work(way, ownFolder, mayExit, begun), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }
        begun.Wait();
        if (way == Exits)
        {
            Environment.Exit(ExitCode);
        }
        if (way == ExitsInCallback)
        {
            Thread.Sleep(Timeout.Infinite);
        }
        return ExitCode;
    }

    /// <summary>Runs the child and returns its exit code.</summary>
    public static int Start(string way, string folder = "-")
    {
        string program = Path.Combine(AppContext.BaseDirectory, typeof(EndingProcess).Assembly.GetName().Name!);
        using Process process = Process.Start(program, [Command, way, folder]);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Work(string way, string? folder, bool mayExit, CountdownEvent begun)
    {
        NetworkDefinition network = new Mlp(256, 256).Bind(
            new([Toy.Features], Toy.Classes, 8, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        if (way == Scoring)
        {
            Score(network, begun);
            return;
        }
        int batches = 0;
        var observer = new RecordingObserver
        {
            OnBatch = _ =>
            {
                if (++batches == 3 && !begun.IsSet)
                {
                    begun.Signal();
                }
                if (batches == 5 && mayExit && way == ExitsInCallback)
                {
                    begun.Wait();
                    Environment.Exit(ExitCode);
                }
            },
        };
        Toy.Train(Toy.Settings with { Epochs = 100_000, BatchSize = 64, Threads = 2, CheckpointFolder = folder },
            Toy.Rows(512), observer: observer, network: network);
    }

    private static void Score(NetworkDefinition network, CountdownEvent begun)
    {
        const int Rows = 500;
        using var scorer = new TorchExecutor(
            network, WeightInitializer.Create(network, seed: 1), TorchWorker.On(ComputeDevice.Cpu, 0));
        float[] features = new float[Rows * Toy.Features], logits = new float[Rows * Toy.Classes];
        for (int pass = 0; ; pass++)
        {
            scorer.Run(features, Rows, logits);
            if (pass == 2)
            {
                begun.Signal();
            }
        }
    }
}
