using System.Diagnostics;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

[TestClass]
public sealed class KilledTrainingTests
{
    public TestContext TestContext { get; set; } = null!;

    private const int Kills = 4;

    [TestMethod]
    public void Run_KilledSeveralTimesAtRandomMoments_EndsWithTheWeightsOfAnUninterruptedRun()
    {
        using var folder = new TemporaryFolder();
        int seed = Environment.TickCount;
        TestContext.WriteLine($"The process is killed at times drawn from seed {seed}.");
        var random = new Random(seed);
        for (int kill = 0; kill < Kills; kill++)
        {
            KillAfter(random.Next(1, Trainee.LeastBatches / Kills), TimeSpan.FromMilliseconds(4 * random.NextDouble()),
                folder.Path);
        }

        var observer = new RecordingObserver();
        TrainingOutcome resumed = Trainee.Train(folder.Path, observer);
        var all = new RecordingObserver();
        TrainingOutcome whole = Trainee.Train(folder: null, all);

        Assert.Contains("Resumed from", string.Join('\n', observer.Infos));
        Assert.IsLessThan(all.Batches.Count, observer.Batches.Count, "All batches were trained again.");
        Assert.IsFalse(File.Exists(Path.Combine(folder.Path, CheckpointFolder.TemporaryName)));
        Assert.AreSequenceEqual(Toy.Flat(whole.Weights), Toy.Flat(resumed.Weights));
        Assert.AreEqual(whole.BestEpoch, resumed.BestEpoch);
        Sameness.AssertSame(whole.History, resumed.History);
    }

    /// <summary>
    /// Reads the lines of a number of batches, spins for a moment, and kills the process: in a step, a write or a
    /// rename.
    /// </summary>
    private static void KillAfter(int batches, TimeSpan moment, string folder)
    {
        using Process process = Trainee.Start(folder);
        for (int heard = 0; heard < batches; heard++)
        {
            Assert.AreEqual(Trainee.Batch, process.StandardOutput.ReadLine());
        }
        for (long from = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(from) < moment;)
        {
            Thread.SpinWait(10);
        }
        process.Kill();
        process.WaitForExit();
    }
}
