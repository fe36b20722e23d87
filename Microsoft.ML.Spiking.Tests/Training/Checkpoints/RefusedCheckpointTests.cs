using System.Text.Json;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch;


namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>Folders from which a training cannot resume: one sentence says why.</summary>
[TestClass]
public sealed class RefusedCheckpointTests
{
    public TestContext TestContext { get; set; } = null!;

    private static readonly TrainingSettings Short = Toy.Settings with { Epochs = 2 };

    public static IEnumerable<(string Sentence, Action<string> Resume)> Others =>
    [
        ("it is of another network.", folder => Toy.Train(In(folder), network: Toy.Network(hidden: 25))),
        ("it is of another network.", folder => Toy.Train(In(folder), network: Toy.Network(dropout: 0.1))),
        ("it started from other weights.",
            folder => Toy.Train(In(folder), initial: WeightInitializer.Create(Toy.Network(), 5))),
        ("it had 200 training rows of 8 features and there are 199 of 8 now.",
            folder => Toy.Train(In(folder), Toy.Rows(199))),
        ("it had as many training rows, but with other values",
            folder => Toy.Train(In(folder), Toy.Rows(200, seed: 6))),
        ("it had as many training rows, but with other values", folder => Toy.Train(In(folder), Swapped())),
        ("it had as many training rows, but with other labels", folder => Toy.Train(In(folder), Changed(label: 2))),
        ("it had as many training rows, but with other values", folder => Toy.Train(In(folder), Changed(value: 0.01f))),
        ("it had no validation data", folder => Toy.Train(In(folder), validation: Toy.Rows(30))),
        ("it had LearningRate 0.1 (now 0.2).", folder => Toy.Train(In(folder) with { LearningRate = 0.2 })),
        ("it had Epochs 2 (now 3), Optimizer Sgd (now AdamW).",
            folder => Toy.Train(In(folder) with { Epochs = 3, Optimizer = OptimizerKind.AdamW })),
        ("it had GradientClipping none (now 1).", folder => Toy.Train(In(folder) with { GradientClipping = 1 })),
        ("it had GradientHorizon none (now 1).", folder => Toy.Train(In(folder) with { GradientHorizon = 1 })),
        ("it had Seed 1 (now 2).", folder => Toy.Train(In(folder) with { Seed = 2 })),
    ];

    [TestMethod]
    [DynamicData(nameof(Others))]
    public void Run_FolderOfAnotherTraining_SaysWhatDiffers(string sentence, Action<string> resume)
    {
        using var folder = new TemporaryFolder();
        Toy.Train(In(folder.Path));
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => resume(folder.Path)).Message;
        Assert.Contains(sentence, message);
        Assert.StartsWith("The training cannot be resumed from '", message);
        Assert.Contains(CheckpointFolder.FileName, message);
    }

    [TestMethod]
    public void Run_OptionsThatDecideNothing_MayDiffer()
    {
        using var folder = new TemporaryFolder();
        Toy.Train(In(folder.Path));
        var observer = new RecordingObserver();
        Toy.Train(In(folder.Path) with
        {
            Threads = 2,
            MemoryBudget = 1 << 29,
            KeepBestOnCancellation = true,
            ActivationCheckpointing = true,
            CheckpointEveryBatches = 3,
            CheckpointEveryMinutes = 0.5,
        }, observer: observer);
        Assert.IsEmpty(observer.Batches);
    }

    [TestMethod]
    public void Run_RowsOfOtherLastBits_AreResumed()
    {
        using var folder = new TemporaryFolder();
        var observer = new RecordingObserver { OnEpoch = _ => throw new InvalidTimeZoneException() };
        TrainingSettings settings = In(folder.Path) with { CheckpointEveryBatches = 1 };
        Assert.ThrowsExactly<InvalidTimeZoneException>(
            () => Toy.Train(settings, Toy.Rows(200), Toy.Rows(30, seed: 6), observer));
        var resumed = new RecordingObserver();
        TrainingOutcome outcome = Toy.Train(
            settings, InOtherLastBits(200, seed: 5), InOtherLastBits(30, seed: 6), resumed);
        Assert.Contains("Resumed from", string.Join('\n', resumed.Infos));
        Assert.HasCount(2, outcome.History);
    }

    [TestMethod]
    public void DifferenceFrom_IdentityReadFromJson_ForgivesLastBits()
    {
        // Like a sweep that machines with different processors share.
        DataIdentity here = DataIdentity.Of(Feed(Toy.Rows(200)));
        DataIdentity stored = JsonSerializer.Deserialize<DataIdentity>(JsonSerializer.Serialize(here))!;
        Assert.IsNull(stored.DifferenceFrom(here, "training"));
        Assert.IsNull(stored.DifferenceFrom(DataIdentity.Of(Feed(InOtherLastBits(200, seed: 5))), "training"));
        Assert.IsNotNull(stored.DifferenceFrom(DataIdentity.Of(Feed(Changed(value: 0.01f))), "training"));

        RowFeed Feed(ArrayRowSource rows) => RowFeed.Open(rows, Toy.Classes, 1 << 20, TestContext.CancellationToken);
    }

    [TestMethod]
    public void Run_ValidationGone_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Toy.Train(In(folder.Path), validation: Toy.Rows(30));
        Assert.Contains("it had validation data and there is none now.",
            Assert.ThrowsExactly<InvalidOperationException>(() => Toy.Train(In(folder.Path))).Message);
    }

    [TestMethod]
    public void Run_AnyPartOfTheFileMissingOrChanged_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Toy.Train(In(folder.Path));
        string file = Path.Combine(folder.Path, CheckpointFolder.FileName);
        byte[] whole = File.ReadAllBytes(file);
        for (int length = 0; length < whole.Length; length += 1 + (whole.Length / 40))
        {
            AssertRefused(folder.Path, file, whole[..length]);
            byte[] changed = [.. whole];
            changed[length] ^= 0x10;
            AssertRefused(folder.Path, file, changed);
        }
        File.WriteAllBytes(file, whole);
        Toy.Train(In(folder.Path));
    }

    [TestMethod]
    public void Run_CheckpointOfANewerVersion_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Toy.Train(In(folder.Path));
        string file = Path.Combine(folder.Path, CheckpointFolder.FileName);
        byte[] bytes = File.ReadAllBytes(file);
        bytes[8] = 9;
        File.WriteAllBytes(file, bytes);
        Assert.Contains("format version 9",
            Assert.ThrowsExactly<InvalidOperationException>(() => Toy.Train(In(folder.Path))).Message);
    }

    [TestMethod]
    public void Run_HalfWrittenFileOfAKilledTraining_IsRemoved()
    {
        using var folder = new TemporaryFolder();
        string temporary = Path.Combine(folder.Path, CheckpointFolder.TemporaryName);
        File.WriteAllText(temporary, "half");
        var observer = new RecordingObserver();
        Toy.Train(In(folder.Path), observer: observer);
        Assert.IsFalse(File.Exists(temporary));
        Assert.IsNotEmpty(observer.Batches);
    }

    [TestMethod]
    public void Run_FolderThatCannotBeWritten_SaysSoBeforeItReadsRows()
    {
        using var folder = new TemporaryFolder();
        ArrayRowSource rows = Toy.Rows(20);
        foreach (string path in ReadOnly(folder.Path))
        {
            string message = Assert.ThrowsExactly<InvalidOperationException>(() => Toy.Train(In(path), rows)).Message;
            Assert.StartsWith($"The checkpoint folder '{path}' cannot be used: ", message);
            Assert.EndsWith(" Name a folder that can be written and that no other training has open.", message);
        }
        Assert.AreEqual(0, rows.Passes);
    }

    [TestMethod]
    public void Run_FolderInUse_IsRefused()
    {
        using var folder = new TemporaryFolder();
        using CheckpointFolder open = CheckpointFolder.Open(folder.Path);
        Assert.Contains("cannot be used",
            Assert.ThrowsExactly<InvalidOperationException>(() => Toy.Train(In(folder.Path))).Message);
    }

    [TestMethod]
    public void Run_DiskRefusesDuringTheTraining_WarnsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        // A folder in place of the checkpoint cannot be replaced by a file.
        var observer = new RecordingObserver
        {
            OnEpoch = _ => Directory.CreateDirectory(Path.Combine(folder.Path, CheckpointFolder.FileName)),
        };
        TrainingOutcome outcome = Toy.Train(In(folder.Path), observer: observer);
        Assert.HasCount(2, outcome.History);
        Assert.HasCount(2, observer.Warnings);
        Assert.Contains("could not be written", observer.Warnings[0]);
    }

    private static TrainingSettings In(string folder) => Short with { CheckpointFolder = folder };

    private static ArrayRowSource Swapped()
    {
        (float[][] rows, int[] labels) = Toy.Points(200);
        (rows[0], rows[3]) = (rows[3], rows[0]); // of the same class
        return new(rows, labels);
    }

    /// <summary>Changes one of 8 values or the label in one of 200 rows.</summary>
    private static ArrayRowSource Changed(float value = 0, int? label = null)
    {
        (float[][] rows, int[] labels) = Toy.Points(200);
        rows[7][3] += value;
        labels[7] = label ?? labels[7];
        return new(rows, labels);
    }

    /// <summary>Rounds them as another processor would.</summary>
    private static ArrayRowSource InOtherLastBits(int count, int seed)
    {
        (float[][] rows, int[] labels) = Toy.Points(count, seed);
        return new([.. rows.Select(row => row.Select((value, i) => (i % 3) switch
        {
            0 => MathF.BitIncrement(value),
            1 => MathF.BitDecrement(value),
            _ => value,
        }).ToArray())], labels);
    }

    private static IEnumerable<string> ReadOnly(string folder)
    {
        string file = Path.Combine(folder, "file");
        File.WriteAllText(file, "");
        yield return file;
        yield return Path.Combine(file, "below");
        foreach (string name in new[] { CheckpointFolder.FileName, CheckpointFolder.TemporaryName })
        {
            // A folder in place of a file, which not even root can write.
            string taken = Path.Combine(folder, $"with {name}");
            Directory.CreateDirectory(Path.Combine(taken, name));
            yield return taken;
        }
        if (OperatingSystem.IsLinux())
        {
            yield return "/proc/self"; // no user may create files there
        }
        if (!OperatingSystem.IsWindows() && Environment.UserName != "root")
        {
            string closed = Directory.CreateDirectory(Path.Combine(folder, "closed")).FullName;
            File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            yield return closed;
        }
    }

    private static void AssertRefused(string folder, string file, byte[] bytes)
    {
        File.WriteAllBytes(file, bytes);
        Assert.StartsWith($"The training cannot be resumed from '{file}': The checkpoint",
            Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(In(folder))).Message);
    }
}
