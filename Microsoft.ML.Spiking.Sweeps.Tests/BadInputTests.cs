using Microsoft.Data.Sqlite;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Sweeps that cannot be run: one sentence says why.</summary>
[TestClass]
public sealed class BadInputTests : IDisposable
{
    private readonly MLContext _ml = new(1);
    private readonly TemporaryFolder _folder = new();

    public static IEnumerable<(string Expected, Action<SweepSettings> Change)> Faults =>
    [
        ("Space is empty: there is nothing to vary", s => s.Space = SweepSpace.Empty),
        ("Space is empty", s => s.Space = null!),
        ("MaximumTrials is 0; it must be from 1 to 1,000,000.", s => s.MaximumTrials = 0),
        ("MaximumEpochs is 0; it must be from 1 to 1,000,000,000.", s => s.MaximumEpochs = 0),
        ("MaximumTime is 00:00:00; it must be greater than 0 and at most 30 days", s => s.MaximumTime = TimeSpan.Zero),
        ("MaximumTrials is 1000001", s => s.MaximumTrials = 1_000_001),
        ("MaximumEpochs is 1000000001", s => s.MaximumEpochs = 1_000_000_001),
        ("MaximumTime is 31.00:00:00; it must be greater than 0 and at most 30 days", s =>
            s.MaximumTime = TimeSpan.FromDays(31)),
        ("WorkerTimeout is 90.00:00:00; it must be from 1 second to 7 days.", s =>
            s.WorkerTimeout = TimeSpan.FromDays(90)),
        ("DatabasePatience is 8.00:00:00; it must be from 0 to 7 days.", s =>
            s.DatabasePatience = TimeSpan.FromDays(8)),
        ("CheckpointInterval is 31.00:00:00", s => s.CheckpointInterval = TimeSpan.FromDays(31)),
        ("StabilityTrials is 1001", s => s.StabilityTrials = 1_001),
        ("MinimumEpochs is 100001", s => s.Halving = new() { MinimumEpochs = 100_001 }),
        ("CudaDevices is [0], but Trainer.Device is Cpu", s => s.CudaDevices = [0]),
        ("Metric is 7; it must be one of MicroAccuracy, MacroAccuracy, LogLoss.", s => s.Metric = (SweepMetric)7),
        ("Sampler is 7", s => s.Sampler = (SweepSampler)7),
        ("ReductionFactor is 1", s => s.Halving = new() { ReductionFactor = 1 }),
        ("MinimumEpochs is 0", s => s.Halving = new() { MinimumEpochs = 0 }),
        ("ValidationFraction is 1", s => s.ValidationFraction = 1),
        ("Folds is 1", s => s.Folds = 1),
        ("Trainer is null", s => s.Trainer = null!),
        ("Trainer has a CheckpointFolder", s => s.Trainer.CheckpointFolder = "a"),
        ("Trainer has an EarlyStoppingPatience", s => (s.Folds, s.Trainer.EarlyStoppingPatience) = (3, 2)),
        ("Workers is 0", s => s.Workers = 0),
        ("CudaDevices is []", s => s.CudaDevices = []),
        ("CudaDevices is [-1]", s => s.CudaDevices = [-1]),
        ("Name is empty", s => s.Name = " "),
        ("CheckpointInterval is -00:00:01", s => s.CheckpointInterval = TimeSpan.FromSeconds(-1)),
        ("CheckpointFolder is given but Storage is not", s => s.CheckpointFolder = "a"),
        ("WorkerTimeout is 00:00:00", s => s.WorkerTimeout = TimeSpan.Zero),
        ("DatabasePatience is -00:00:01", s => s.DatabasePatience = TimeSpan.FromSeconds(-1)),
        ("StabilityTrials is -1", s => s.StabilityTrials = -1),
        ("StabilitySeeds is 1", s => (s.StabilityTrials, s.StabilitySeeds) = (1, 1)),
    ];

    [TestMethod]
    [DynamicData(nameof(Faults))]
    public void SweepSpikingClif_OneValueOutOfRange_NamesIt(string expected, Action<SweepSettings> change)
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        change(settings);
        string message = Assert.ThrowsExactly<ArgumentException>(() => Sweep(settings)).Message;
        Assert.Contains(expected, message);
        Assert.Contains("have a fault", message);
    }

    [TestMethod]
    public void SweepSpikingClif_SeveralValuesOutOfRange_ListsAll()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumTrials, settings.Folds, settings.Name) = (0, 0, "");
        Assert.Contains("have 3 faults: (1) ", Assert.ThrowsExactly<ArgumentException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_EpochsForLessThanOneTrial_SaysHowMany()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.MaximumEpochs, settings.Folds) = (17, 2);
        Assert.Contains(
            "MaximumEpochs is 17, but one trial that is trained to the end takes 9 epochs on each of 2 folds",
            Assert.ThrowsExactly<ArgumentException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_OptionsOfTheTrainerOutOfRange_NamesThem()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Trainer.Dropout = 2;
        Assert.Contains("Dropout is 2", Assert.ThrowsExactly<ArgumentException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_CudaDeviceThatIsNotThere_FailsBeforeTheFirstTrial()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Trainer.Device, settings.CudaDevices) = (ComputeDevice.Auto, [97]);
        Assert.Contains("Training on CUDA device 97 was asked for",
            Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)).Message);

        settings = Pebbles.Settings(_ml);
        (settings.Trainer.Device, settings.Trainer.CudaDeviceIndex) = (ComputeDevice.Auto, 98);
        Assert.Contains("Training on CUDA device 98 was asked for",
            Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_FoldsAndValidationData_SaysToChoose()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Folds = 3;
        Assert.Contains("There is validation data, and Folds is 3", Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), Pebbles.Data(_ml),
                settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_ValidationDataOfAnotherSchema_NamesTheColumns()
    {
        IDataView other = _ml.Data.LoadFromEnumerable([new { Width = "broad", Height = 1f, Kind = "a" }]);
        string message = Assert.ThrowsExactly<ArgumentException>(
            () => _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), other,
                Pebbles.Settings(_ml))).Message;
        Assert.Contains("The validation data has another schema than the training data", message);
        Assert.Contains("'Width' (Single, in the validation data String)", message);
        Assert.Contains("'Color' (Vector<Single, 4>, in the validation data missing)", message);
    }

    [TestMethod]
    public void SweepSpikingClif_ValidationDataOfOtherSizes_SaysSo()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Featurizers = null;
        IDataView train = Pebbles.Featurizers(_ml).Fit(Pebbles.Data(_ml)).Transform(Pebbles.Data(_ml));
        IDataView other = _ml.Transforms.Concatenate("Features", "Width", "Height").Fit(train).Transform(train);
        Assert.Contains("has 2 values in the validation data and 6 in the training data",
            Assert.Throws<ArgumentException>(
            () => _ml.MulticlassClassification.SweepSpikingClif(train, other, settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_AllValuesRefused_SaysWhy()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Space = SweepSpace.Empty.Choice("Network", "conv 4", "conv 8");
        (settings.MaximumTrials, settings.StartsWithTrainer) = (2, false);
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)).Message;
        Assert.StartsWith("The only trial failed: Layer 'conv1'", message,
            "The other value is refused for the same reason.");
        Assert.Contains("[6]", message);
    }

    [TestMethod]
    public void SweepSpikingClif_StorageOfAnotherSweep_SaysHowItDiffers()
    {
        SweepSettings settings = Stored("sweep.db");
        (settings.MaximumTrials, settings.Trainer.Epochs) = (1, 1);
        Sweep(settings);
        AssertDiffers("it had Seed 5 (now 6).", s => s.Seed = 6);
        AssertDiffers("it had Metric MicroAccuracy (now LogLoss).", s => s.Metric = SweepMetric.LogLoss);
        AssertDiffers("it had epochs of a trial 1 (now 2).", s => s.Trainer.Epochs = 2);
        AssertDiffers(
            """it had Space.LearningRate {"from":1E-05,"to":0.3,"whole":false,"logarithmic":true} (now none).""",
            s => s.Space = s.Space.Without("LearningRate"));
        AssertDiffers("it had Momentum 0.9 (now 0.5).", s => s.Trainer.Momentum = 0.5);
        AssertDiffers("training rows of 6 features and there are", s => s.ValidationFraction = 0.5);
        Sweep(Changed(s => (s.Name, s.Seed) = ("another", 6)));

        SweepSettings Changed(Action<SweepSettings> change)
        {
            SweepSettings changed = Stored("sweep.db");
            (changed.MaximumTrials, changed.Trainer.Epochs) = (1, 1);
            change(changed);
            return changed;
        }

        void AssertDiffers(string expected, Action<SweepSettings> change)
        {
            string message = Assert.ThrowsExactly<SweepStorageException>(() => Sweep(Changed(change))).Message;
            Assert.Contains("holds another sweep of the name 'sweep'", message);
            Assert.Contains(expected, message);
        }
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("{}")]
    [DataRow("null")]
    [DataRow("""{"Metric":"of another version"}""")]
    public void SweepSpikingClif_DefinitionOfAnotherVersion_SaysSo(string definition)
    {
        SweepSettings settings = Stored("sweep.db");
        (settings.MaximumTrials, settings.Trainer.Epochs) = (1, 1);
        Sweep(settings);
        Change(settings, "update sweep_studies set definition = @definition", ("definition", definition));
        string message = Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message;
        Assert.Contains("holds a sweep of the name 'sweep' that cannot go on: its definition cannot be read", message);
        Assert.Contains("give this one another name.", message);
    }

    [TestMethod]
    public void SweepSpikingClif_SweepOfTheFirstVersion_SaysSo()
    {
        SweepSettings settings = Stored("sweep.db");
        (settings.MaximumTrials, settings.Trainer.Epochs) = (1, 1);
        Sweep(settings);
        Change(settings, "update sweep_studies set definition = replace(definition, '\"Version\":2,', '')");
        Assert.Contains("was begun by another version",
            Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_RangeBeyondTheTrainers_SaysSoBeforeTheFirstTrial()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Space = SweepSpace.Empty.Range("Dropout", 0.1, 2);
        settings.Trainer.MetricsCallback = _ => Assert.Fail("A trial was trained.");
        string message = Assert.ThrowsExactly<ArgumentException>(() => Sweep(settings)).Message;
        Assert.Contains("Space.Dropout reaches to 2, which the trainer refuses: ", message);
    }

    [TestMethod]
    public void SweepSpikingClif_CudaDeviceThatDoesNotExist_SaysSoBeforeTheFirstTrial()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Trainer.Device, settings.CudaDevices) = (ComputeDevice.Auto, [77]);
        settings.Trainer.MetricsCallback = _ => Assert.Fail("A trial was trained.");
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)).Message;
        Assert.Contains("CUDA", message);
        Assert.DoesNotContain("trials failed", message);
    }

    [TestMethod]
    public void SweepSpikingClif_StorageOfANewerVersion_SaysSo()
    {
        SweepSettings settings = Stored("sweep.db");
        DatabaseSchema.Upgrade(settings.Storage!.Sql, [.. DatabaseSchema.Steps, new(99, _ => [])]);
        Assert.Contains("has the schema version 99",
            Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_FileThatCannotBeOne_SaysSo()
    {
        Assert.Contains("check that its folder exists", Assert.ThrowsExactly<SweepStorageException>(
            () => Sweep(Stored("nowhere/sweep.db"))).Message);
        File.WriteAllText(Path.Combine(_folder.Path, "text.db"), new string('x', 5_000));
        Assert.Contains("is not an SQLite database",
            Assert.ThrowsExactly<SweepStorageException>(() => Sweep(Stored("text.db"))).Message);
    }

    [TestMethod]
    public void SweepSpikingClif_ServerUnreachable_SaysWhich()
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Storage =
            SweepStorage.Parse("Host=127.0.0.1;Port=1;Database=sweeps;Username=me;Password=secret;Timeout=30");
        string message = Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message;
        Assert.Contains("The PostgreSQL database 'sweeps' on 127.0.0.1:1 cannot be reached", message);
        Assert.DoesNotContain("secret", message);
    }

    [TestMethod]
    public void Parse_NoConnectionString_SaysSo()
    {
        Assert.ThrowsExactly<ArgumentException>(() => SweepStorage.Parse(" "));
        Assert.Contains("is not a PostgreSQL connection string",
            Assert.ThrowsExactly<ArgumentException>(() => SweepStorage.Parse("Host=a;Nonsense=b")).Message);
        Assert.Contains("names no server",
            Assert.ThrowsExactly<ArgumentException>(() => SweepStorage.PostgreSql("Database=a")).Message);
        Assert.StartsWith("The SQLite database", SweepStorage.Parse("sweep.db").ToString());
    }

    [TestMethod]
    public void Parse_Uri_SaysWhatToWriteAndNotThePassword()
    {
        string message = Assert.ThrowsExactly<ArgumentException>(() =>
            SweepStorage.Parse("postgresql://me:secret@server/sweeps")).Message;
        Assert.Contains(
            "is given as a URI; write the name of an SQLite file, or a PostgreSQL connection string such as \"Host=",
                message);
        Assert.DoesNotContain("secret", message);
    }

    [TestMethod]
    [DataRow("Username=me;Host=server;Database=sweeps", "The PostgreSQL database 'sweeps' on server:5432")]
    [DataRow(" server = other ;Port=7", "on other:7")]
    [DataRow("Host=server.db", "on server.db:5432")]
    [DataRow("hosts/sweep.db", "The SQLite database")]
    public void Parse_AnyText_NamesItsDatabase(string text, string expected) =>
        Assert.Contains(expected, SweepStorage.Parse(text).ToString());

    [TestMethod]
    public void SweepSpikingClif_DatabaseBrokenInTheMiddle_StopsWithASentence()
    {
        SweepSettings settings = Stored("sweep.db");
        settings.Workers = 2;
        int epochs = 0;
        settings.Trainer.MetricsCallback = _ =>
        {
            if (Interlocked.Increment(ref epochs) != 3)
            {
                return;
            }
            using SqlSession session = SqlSession.Write(settings.Storage!.Sql);
            session.Execute("drop table sweep_reports");
            session.Commit();
        };
        string message = Assert.ThrowsExactly<SweepStorageException>(() => Sweep(settings)).Message;
        Assert.StartsWith("The SQLite database '", message);
        Assert.Contains("failed: ", message);
        Assert.Contains("sweep_reports", message);
    }

    [TestMethod]
    public void SweepSpikingClif_ModelsThatCannotBeScoredHere_SaysSoBeforeTheFirstTrial()
    {
        if (TorchSharp.torch.cuda.is_available())
        {
            Assert.Inconclusive("There is a CUDA device here.");
        }
        SweepSettings settings = Pebbles.Settings(_ml);
        (settings.Trainer.ScoringBackend, settings.Trainer.ScoringDevice) = (ScoringBackend.Torch, ComputeDevice.Cuda);
        settings.Trainer.MetricsCallback = _ => Assert.Fail("A trial was trained.");
        Assert.DoesNotContain("trials failed",
            Assert.ThrowsExactly<InvalidOperationException>(() => Sweep(settings)).Message);
    }

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static void Change(SweepSettings settings, string statement, params (string, object?)[] parameters)
    {
        using SqlSession session = SqlSession.Write(settings.Storage!.Sql);
        Assert.AreEqual(1, session.Execute(statement, parameters));
        session.Commit();
    }

    private SweepSettings Stored(string file)
    {
        SweepSettings settings = Pebbles.Settings(_ml);
        settings.Storage = SweepStorage.Sqlite(Path.Combine(_folder.Path, file));
        return settings;
    }

    private SweepResult Sweep(SweepSettings settings) =>
        _ml.MulticlassClassification.SweepSpikingClif(Pebbles.Data(_ml), settings);
}
