using Microsoft.ML.Data;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Scoring;
using Microsoft.ML.Spiking.Tests.Serialization;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Managed code or libtorch: chosen in the options, and changed on a model in use.</summary>
[TestClass]
public sealed class ScoringBackendTests
{
    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    public void ChangeScoringBackend_LoadedChain_GivesTheSameScores()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows());
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var stream = new MemoryStream();
        _ml.Model.Save(chain.Fit(data), data.Schema, stream);
        ITransformer loaded = _ml.Model.Load(stream, out _);
        SpikingModelParameters network = ((IEnumerable<ITransformer>)loaded).OfType<SpikingPredictionTransformer>()
            .Single().Model;
        IDataView rows = _ml.Data.LoadFromEnumerable(Flowers.Rows(1500, seed: 5));
        using var engine = _ml.Model.CreatePredictionEngine<Flower, NamedPrediction>(loaded);
        float[] managed = Scores(loaded, rows), one = engine.Predict(Flowers.Rows(1)[0]).Score;
        Assert.AreEqual(ScoringBackend.Auto, network.ScoringBackend);

        _ml.Model.ChangeScoringBackend(loaded, ScoringBackend.Torch, ComputeDevice.Cpu);
        Assert.AreEqual(ScoringBackend.Torch, network.ScoringBackend);
        AssertClose(managed, Scores(loaded, rows));
        AssertClose(one, engine.Predict(Flowers.Rows(1)[0]).Score);

        _ml.Model.ChangeScoringBackend(loaded, ScoringBackend.Managed);
        Assert.AreEqual(ScoringBackend.Managed, network.ScoringBackend);
        Assert.AreSequenceEqual(managed, Scores(loaded, rows));
    }

    [TestMethod]
    public void Fit_BackendInTheOptions_IsTheModels()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data,
            options => (options.ScoringBackend, options.ScoringDevice) = (ScoringBackend.Torch, ComputeDevice.Cpu));
        Assert.AreEqual(ScoringBackend.Torch, model.Model.ScoringBackend);
        Assert.AreEqual(1, _ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy, 1e-9);
        float[] torch = Scores(model, data);

        // The choice is not saved.
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);
        var loaded = (SpikingPredictionTransformer)_ml.Model.Load(stream, out _);
        Assert.AreEqual(ScoringBackend.Auto, loaded.Model.ScoringBackend);
        AssertClose(torch, Scores(loaded, data));
    }

    [TestMethod]
    public void Transform_Torch_ScoresAsManyRowsAtOnceAsItsBackendTakes()
    {
        NetworkDefinition network = SmallNetworks.Small();
        TorchWorker worker = TorchWorker.On(ComputeDevice.Cpu, 0);
        int most = TorchExecutor.RowsAtOnce(network, worker);
        var scorer = new CountingScorer();
        var model = new SpikingModelParameters(network, SmallNetworks.Weights(network),
            new ScorerSource(ScoringBackend.Torch, () => scorer, most, IsNative: true));
        IDataView data = Flowers.Keyed(_ml, Flowers.Rows(3000));
        var names = new TrainerColumnNames("Features", "Label", null, "PredictedLabel", "Score");
        IDataView scored = new SpikingPredictionTransformer(_ml, model, data.Schema, names).Transform(data);

        using DataViewRowCursor cursor = scored.GetRowCursorSet(scored.Schema, 1).Single();
        while (cursor.MoveNext()) { }

        Assert.IsGreaterThanOrEqualTo(3000, most);
        Assert.AreEqual(3000, scorer.Rows);
        Assert.IsLessThanOrEqualTo(2, scorer.Calls);
    }

    [TestMethod]
    public void Score_RowsThatAreNotFinite_AreNaNWithEither()
    {
        NetworkDefinition network = SmallNetworks.Small();
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        const int rows = 20;
        float[] features = RandomNetwork.Rows(rows, 4, 4), managed = new float[rows * 3], torch = new float[rows * 3];
        features[7] = float.NaN;

        using (var scorer = new ManagedScorer(network, weights))
        {
            scorer.Score(features, rows, managed);
        }
        using (var scorer = new TorchScorer(network, weights, TorchWorker.On(ComputeDevice.Cpu, 0)))
        {
            scorer.Score(features, rows, torch);
            scorer.Score([], 0, []);
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => scorer.Score(new float[7], 2, new float[6]));
        }

        Assert.IsTrue(torch[3..6].All(float.IsNaN));
        Assert.AreEqual(3, torch.Count(float.IsNaN));
        AssertClose(managed, torch);
    }

    [TestMethod]
    public void Run_InSeveralPasses_GivesTheLogitsOfOne()
    {
        NetworkDefinition network = SmallNetworks.Small();
        NetworkWeights weights = RandomNetwork.Weights(network, 2);
        TorchWorker worker = TorchWorker.On(ComputeDevice.Cpu, 0);
        const int rows = 20;
        float[] features = RandomNetwork.Rows(rows, 4, 4), once = new float[rows * 3], several = new float[rows * 3];
        using var whole = new TorchExecutor(network, weights, worker);
        var parts = new TorchExecutor(network, weights, worker, mostRows: 7);

        whole.Run(features, rows, once);
        parts.Run(features, rows, several);

        Assert.IsGreaterThan(3, once.Distinct().Count());
        AssertClose(once, several);
        parts.Dispose();
        parts.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => parts.Run(features, rows, several));
    }

    [TestMethod]
    public void RowsAtOnce_WideNetwork_KeepsTheMemorySmall()
    {
        NetworkDefinition Network(int width) =>
            new Mlp(width).Bind(new NetworkBinding([3], 4, TimeSteps: 40, new DirectEncoder(), new LifNeuron(), 0));
        TorchWorker worker = TorchWorker.On(ComputeDevice.Cpu, 0);

        Assert.AreEqual(6, TorchExecutor.RowsAtOnce(Network(65_536), worker));
        Assert.AreEqual(8192, TorchExecutor.RowsAtOnce(Network(4), worker));
    }

    [TestMethod]
    public void ChangeScoringBackend_WhileCallsAreUnderWay_LetsThemFinishAndFreesWhatTheyUsed()
    {
        using var inside = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        var slow = new CountingScorer { DuringCall = () => { inside.Release(); go.Wait(Token); } };
        var next = new CountingScorer();
        using var shared = new SharedScorer(Native(slow));
        Task[] calls = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
            () => shared.Score(new float[4], 1, new float[3]), Token, TaskCreationOptions.LongRunning,
                TaskScheduler.Default))];
        inside.Wait(Token);
        inside.Wait(Token);

        shared.Change(Native(next));
        shared.Score(new float[4], 1, new float[3]);
        Assert.AreEqual(1, next.Calls);
        Assert.IsFalse(slow.IsDisposed);
        go.Set();
        Task.WaitAll(calls, Token);

        Assert.IsTrue(slow.IsDisposed);
        Assert.AreEqual(2, slow.Calls);
        shared.Dispose();
        Assert.IsTrue(next.IsDisposed);
        var last = new CountingScorer();
        shared.Change(Native(last));
        shared.Score(new float[4], 1, new float[3]);
        Assert.AreEqual(1, last.Calls);
    }

    [TestMethod]
    public void Dispose_TorchModel_FreesItsTensors()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        model.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        Assert.IsNotEmpty(Scores(model, Flowers.Keyed(_ml)));
        long with = LiveTensors();

        // Only from here on: a thread may have held a model of another test until now.
        model.Model.ChangeScoringBackend(ScoringBackend.Managed);
        long before = LiveTensors();
        Assert.IsLessThan(with, before);

        model.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        Assert.IsNotEmpty(Scores(model, Flowers.Keyed(_ml)));
        model.Dispose();
        Assert.AreEqual(before, LiveTensors());

        Assert.IsNotEmpty(Scores(model, Flowers.Keyed(_ml)));
        Assert.IsGreaterThan(before, LiveTensors());
        Assert.AreEqual(ScoringBackend.Torch, model.Model.ScoringBackend);
        model.Dispose();
        model.Dispose();
        Assert.AreEqual(before, LiveTensors());
    }

    [TestMethod]
    public void Dispose_ManagedScorer_KeepsIt()
    {
        var scorer = new CountingScorer();
        using var shared = new SharedScorer(ScorerSource.Managed(() => scorer));
        shared.Score(new float[4], 1, new float[3]);

        shared.Dispose();
        shared.Score(new float[4], 1, new float[3]);

        Assert.IsFalse(scorer.IsDisposed);
        Assert.AreEqual(2, scorer.Calls);
    }

    [TestMethod]
    public void Dispose_AgainAndAgainWhileOthersScore_LosesNoCallAndNoScorer()
    {
        var made = new System.Collections.Concurrent.ConcurrentBag<CountingScorer>();
        using var shared = new SharedScorer(new ScorerSource(ScoringBackend.Torch, () =>
        {
            var scorer = new CountingScorer(); // throws if it is used after its disposal
            made.Add(scorer);
            return scorer;
        }, 8, IsNative: true));
        bool isOver = false;
        Task[] users = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            int calls = 0;
            for (; !Volatile.Read(ref isOver); calls++)
            {
                shared.Score(new float[4], 1, new float[3]);
            }
            return calls;
        }, Token))];

        for (int i = 0; i < 2000; i++)
        {
            shared.Dispose();
            if (i % 100 == 0)
            {
                Thread.Sleep(1);
            }
        }
        Volatile.Write(ref isOver, true);
        Task.WaitAll(users, Token);
        shared.Dispose();

        Assert.AreEqual(users.Cast<Task<int>>().Sum(user => user.Result), made.Sum(scorer => scorer.Calls));
        Assert.IsGreaterThan(1, made.Count);
        Assert.IsTrue(made.All(scorer => scorer.IsDisposed));
    }

    [TestMethod]
    public void ChangeScoringBackend_TwoAtOnce_BackendIsThatOfTheScorer()
    {
        NetworkDefinition network = SmallNetworks.Small();
        using var model = new SpikingModelParameters(network, SmallNetworks.Weights(network));
        var faults = new System.Collections.Concurrent.ConcurrentBag<string>();
        ScoringBackend[] backends = [ScoringBackend.Torch, ScoringBackend.Managed];
        using var barrier = new Barrier(2, _ =>
        {
            if (model.Scorer.Source.IsNative != (model.ScoringBackend == ScoringBackend.Torch))
            {
                faults.Add($"{model.ScoringBackend} is said, and the scorer is another.");
            }
        });

        Task.WaitAll([.. backends.Select(backend => Task.Factory.StartNew(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                model.ChangeScoringBackend(backend, ComputeDevice.Cpu);
                barrier.SignalAndWait(Token);
            }
        }, Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))], Token);

        Assert.IsEmpty(faults, faults.FirstOrDefault());
    }

    [TestMethod]
    public void Change_ScorerThatCannotBeMade_IsTriedAgain()
    {
        int attempts = 0;
        using var shared = new SharedScorer(ScorerSource.Managed(
            () => ++attempts == 1 ? throw new InvalidOperationException("no memory") : new CountingScorer()));

        Assert.ThrowsExactly<InvalidOperationException>(() => shared.Score(new float[4], 1, new float[3]));
        shared.Score(new float[4], 1, new float[3]);
    }

    [TestMethod]
    public void ChangeScoringBackend_CudaThatIsNotThere_IsRefusedOrReplaced()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        float[] managed = Scores(model, Flowers.Keyed(_ml));

        AssertRefused<InvalidOperationException>(
            () => model.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cuda, 99), "Scoring on CUDA");
        Assert.AreEqual(ScoringBackend.Auto, model.Model.ScoringBackend);
        model.Model.ChangeScoringBackend(ScoringBackend.Auto, ComputeDevice.Cuda, 99);
        Assert.AreSequenceEqual(managed, Scores(model, Flowers.Keyed(_ml)));
        AssertRefused<InvalidOperationException>(() => Flowers.Fit(_ml, Flowers.Keyed(_ml), options =>
            (options.ScoringBackend, options.ScoringDevice, options.CudaDeviceIndex, options.MetricsCallback) =
                (ScoringBackend.Torch, ComputeDevice.Cuda, 99, _ => Assert.Fail("It trained."))), "Scoring on CUDA");
    }

    [TestMethod]
    public void ChangeScoringBackend_WrongChoice_SaysWhatIsWrong()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.Epochs = 1);
        ITransformer other = _ml.Transforms.CopyColumns("Copy", "Features").Fit(Flowers.Keyed(_ml));

        AssertRefused<ArgumentException>(() => model.Model.ChangeScoringBackend((ScoringBackend)7),
            "The scoring backend is 7; it must be one of Auto, Managed, Torch.");
        AssertRefused<ArgumentException>(() => model.Model.ChangeScoringBackend(ScoringBackend.Torch, (ComputeDevice)7),
            "The scoring device is 7; it must be one of Auto, Cpu, Cuda.");
        AssertRefused<ArgumentException>(() =>
            model.Model.ChangeScoringBackend(ScoringBackend.Managed, ComputeDevice.Cuda),
            "ScoringBackend.Managed scores on the processor, not on CUDA; choose ScoringBackend.Torch, or another " +
            "device.");
        AssertRefused<ArgumentException>(() =>
            model.Model.ChangeScoringBackend(ScoringBackend.Torch, cudaDeviceIndex: -1),
            "The CUDA device index is -1; it must be at least 0.");
        AssertRefused<ArgumentException>(() => _ml.Model.ChangeScoringBackend(other, ScoringBackend.Managed),
            "has no spiking network.");
    }

    private static ScorerSource Native(IScorer scorer) => new(ScoringBackend.Torch, () => scorer, 8, IsNative: true);

    private static long LiveTensors()
    {
        // Objects that other tests have left to the finalizers must not go away during a count, nor what these held.
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        return TorchSharp.torch.Tensor.TotalCount;
    }

    private static float[] Scores(ITransformer model, IDataView rows) =>
        [.. model.Transform(rows).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.HasCount(expected.Length, actual);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.IsTrue(float.IsNaN(expected[i]) ? float.IsNaN(actual[i]) : Math.Abs(expected[i] - actual[i]) <= 1e-4,
                $"score {i}: {expected[i]} and {actual[i]}");
        }
    }

    private static void AssertRefused<TException>(Action action, string sentence)
        where TException : Exception =>
        Assert.Contains(sentence, Assert.Throws<TException>(action).Message);

    private sealed class NamedPrediction
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
