using Microsoft.ML.Spiking.Training.Checkpoints;


namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>
/// The times at which checkpoints are written within an epoch. The clock is the test's: every batch takes a minute.
/// </summary>
[TestClass]
public sealed class CheckpointTimesTests
{
    [TestMethod]
    [DataRow(3.0, null, 1, new[] { 3, 6, 9, 12, 13 })] // 13 batches in an epoch; the last is the epoch's end
    [DataRow(null, 5, 1, new[] { 5, 10, 13 })]
    [DataRow(3.0, 2, 1, new[] { 2, 4, 6, 8, 10, 12, 13 })]
    [DataRow(4.5, 7, 1, new[] { 5, 10, 13 })]
    [DataRow(3.0, null, 2, new[] { 4, 8, 12, 13 })] // only between two steps
    [DataRow(100.0, null, 1, new[] { 13 })]
    [DataRow(null, null, 1, new[] { 13 })]
    public void Run_MinutesOrBatches_SavesAtTheFirstStepThatIsDue(
        double? minutes, int? batches, int accumulation, int[] expected)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, CheckpointFolder.FileName);
        var clock = new MinuteClock();
        var written = new List<int>();
        int batch = 0;
        DateTime last = default;
        void Look()
        {
            DateTime time = File.Exists(file) ? File.GetLastWriteTimeUtc(file) : default;
            if (time != last)
            {
                written.Add(batch);
                last = File.Exists(file) ? Stamp(file) : default;
            }
        }

        var observer = new RecordingObserver
        {
            OnBatch = _ =>
            {
                Look(); // the one written after the previous batch
                batch++;
                clock.Minutes++;
            },
        };
        Toy.Train(
            Toy.Settings with
            {
                Epochs = 1,
                GradientAccumulation = accumulation,
                CheckpointFolder = folder.Path,
                CheckpointEveryMinutes = minutes,
                CheckpointEveryBatches = batches,
                Clock = clock,
            },
            observer: observer);
        Look();

        Assert.AreSequenceEqual(expected, written.ToArray());
    }

    /// <summary>Gives the file a distinct time, so that the next file differs even if the clock is coarse.</summary>
    private static DateTime Stamp(string file)
    {
        DateTime time = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(file, time);
        return time;
    }

    private sealed class MinuteClock : TimeProvider
    {
        public long Minutes { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 60 * Minutes;
    }
}
