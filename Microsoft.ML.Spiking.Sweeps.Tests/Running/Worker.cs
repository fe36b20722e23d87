using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

/// <summary>A worker of a sweep in a separate process, which prints a line for every epoch.</summary>
internal sealed class Worker : IDisposable
{
    public const string Command = "sweep";

    private const string End = "end";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly List<string> _lines = [];
    private readonly List<string> _errors = [];

    private Worker(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Hear(_lines, line.Data);
        process.ErrorDataReceived += (_, line) => Hear(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>
    /// Returns the sweep of all workers: with as many checkpoints as epochs, and trials that do not depend on which
    /// worker trains them.
    /// </summary>
    public static SweepSettings Settings(MLContext ml, SweepStorage? storage)
    {
        SweepSettings settings = Pebbles.Settings(ml);
        (settings.Halving, settings.Trainer.Epochs, settings.MaximumTrials) = (null, 8, 6);
        (settings.Storage, settings.CheckpointInterval) = (storage, TimeSpan.Zero);
        settings.WorkerTimeout = TimeSpan.FromSeconds(6);
        return settings;
    }

    /// <summary>
    /// Returns the same with halving, whose promotions depend on what is known when a worker chooses, and with a long
    /// worker timeout.
    /// </summary>
    public static SweepSettings HalvingSettings(MLContext ml, SweepStorage? storage)
    {
        SweepSettings settings = Settings(ml, storage);
        (settings.Halving, settings.Trainer.Epochs, settings.MaximumTrials) = (new(), 9, 9);
        settings.WorkerTimeout = TimeSpan.FromDays(7);
        return settings;
    }

    public static SweepResult Sweep(MLContext ml, SweepSettings settings) =>
        ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(ml), Pebbles.Data(ml, seed: 2), settings);

    /// <summary>Runs in the child process.</summary>
    public static void Run(string storage, bool isHalving)
    {
        var ml = new MLContext(1);
        var parsed = SweepStorage.Parse(storage);
        SweepSettings settings = isHalving ? HalvingSettings(ml, parsed) : Settings(ml, parsed);
        settings.Trainer.ProgressCallback = _ => Thread.Sleep(5); // otherwise it would end before it is killed
        settings.Trainer.MetricsCallback = null;
        settings.Progress = new Listener(progress =>
            Say(string.Create(CultureInfo.InvariantCulture, $"{progress.Trial} {progress.Epoch}")));
        Say(string.Create(CultureInfo.InvariantCulture, $"{End} {Sweep(ml, settings).Trials.Count}"));
    }

    /// <summary>Starts the child process.</summary>
    public static Worker Start(string storage, bool isHalving = false)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Microsoft.ML.Spiking.Sweeps.Tests");
        string file = OperatingSystem.IsWindows() ? program + ".exe" : program;
        var start = new ProcessStartInfo(file, [Command, storage, isHalving.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        return new(Process.Start(start) ?? throw new InvalidOperationException("The process could not be started."));
    }

    /// <summary>The epochs that it has finished.</summary>
    public IReadOnlyList<(int Trial, int Epoch)> Epochs
    {
        get
        {
            lock (_lines)
            {
                return
                [
                    .. _lines.Where(line => !line.StartsWith(End, StringComparison.Ordinal))
                        .Select(line => line.Split(' '))
                        .Select(words => (int.Parse(words[0], CultureInfo.InvariantCulture),
                            int.Parse(words[1], CultureInfo.InvariantCulture))),
                ];
            }
        }
    }

    /// <summary>Waits until it has finished an epoch with that number, and returns its trial.</summary>
    public int WaitForEpoch(int epoch)
    {
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < Patience; Thread.Sleep(5))
        {
            (int Trial, int Epoch)[] found = [.. Epochs.Where(heard => heard.Epoch == epoch)];
            if (found.Length > 0)
            {
                return found[^1].Trial;
            }
            Assert.IsFalse(_process.HasExited, $"The worker has ended: {string.Join('\n', _errors)}");
        }
        throw new AssertFailedException($"No worker came to epoch {epoch}.");
    }

    /// <summary>Kills the process, by SIGKILL where there are signals.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void AssertEnds()
    {
        Assert.IsTrue(_process.WaitForExit(Patience), "The worker does not end.");
        _process.WaitForExit(); // waits for all lines
        Assert.AreEqual(0, _process.ExitCode, string.Join('\n', _errors));
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }

    private static void Hear(List<string> lines, string? line)
    {
        lock (lines)
        {
            lines.AddRange(line is null ? [] : [line]);
        }
    }

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }
}
