using System.Diagnostics;
using Microsoft.ML.Spiking.Benchmarks.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Training.Steps;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// A training in a separate process that runs for as long as it is told and pauses in between, so that rounds of
/// several trainings, each with its own OpenMP settings, can be interleaved.
/// </summary>
internal sealed class ContendedTraining : IDisposable
{
    private const int Rows = 10_000;
    private const int BatchSize = 128;
    private const double WarmUpSeconds = 2;

    private readonly Process _process;

    /// <summary>Starts the training and waits until its code is compiled.</summary>
    /// <param name="network">A key of <see cref="Networks"/>.</param>
    /// <param name="environment">Variables to set.</param>
    public ContendedTraining(string network, IReadOnlyDictionary<string, string> environment)
    {
        _process = ChildProcess.Start(ChildTasks.ContendedTraining, environment, network);
        RowsPerSecond(WarmUpSeconds);
    }

    /// <summary>Gets the networks that can be trained, by name, with their numbers of time steps.</summary>
    public static IReadOnlyDictionary<string, (NetworkTemplate Template, int TimeSteps)> Networks { get; } =
        new Dictionary<string, (NetworkTemplate, int)>
        {
            ["mlp-512-512"] = (new Mlp(512, 512), 6),
            ["mlp-128"] = (new Mlp(128), 4),
            ["conv-8-16"] = (new ConvNet(8, 16), 4),
        };

    /// <summary>Trains for a while.</summary>
    /// <param name="seconds">How long.</param>
    /// <returns>The number of rows trained on in each second.</returns>
    public double RowsPerSecond(double seconds)
    {
        _process.StandardInput.WriteLine(Numbers.Text($"{seconds}"));
        _process.StandardInput.Flush();
        return Numbers.Parse(_process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException("The training ended unexpectedly."));
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Trains in the child process, as instructed on its input, until that is closed.</summary>
    /// <param name="network">A key of <see cref="Networks"/>.</param>
    public static IEnumerable<double> Run(string network)
    {
        (NetworkTemplate template, int timeSteps) = Networks[network];
        using var stop = new CancellationTokenSource();
        var orders = new Orders(stop);
        var ml = new MLContext(1);
        try
        {
            ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
            {
                Network = template,
                TimeSteps = timeSteps,
                InputShape = template is ConvNet ? [1, StepProblem.Side, StepProblem.Side] : null,
                Epochs = 10_000,
                BatchSize = BatchSize,
                Device = ComputeDevice.Cpu,
                ProgressCallback = _ => orders.BatchFinished(),
                CancellationToken = stop.Token,
            }).Fit(ml.Data.LoadFromEnumerable(PixelRow.Draw(Rows)));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        return [];
    }

    /// <summary>Reads the number of seconds to train, and answers with the speed when they are over.</summary>
    private sealed class Orders(CancellationTokenSource stop)
    {
        private readonly Stopwatch _clock = new();
        private double _seconds;
        private long _batches;

        public void BatchFinished()
        {
            _batches++;
            if (_clock.IsRunning)
            {
                double passed = _clock.Elapsed.TotalSeconds;
                if (passed < _seconds)
                {
                    return;
                }
                Console.WriteLine(Numbers.Text($"{_batches * BatchSize / passed:R}"));
            }
            if (Console.ReadLine() is not string line)
            {
                stop.Cancel();
                return;
            }
            _seconds = Numbers.Parse(line);
            _batches = 0;
            _clock.Restart();
        }
    }
}
