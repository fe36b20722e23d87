using System.Collections.Concurrent;
using Microsoft.ML.Spiking.Tests.Training;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>One model with many users: threads, prediction engines, pools that discard engines and reload.</summary>
[TestClass]
public sealed class SharingTests
{
    private const int Threads = 16;
    private const int Patience = 10 * 60 * 1000;

    private readonly MLContext _ml = new(1);
    private readonly List<Flower> _rows = Flowers.Rows(100, seed: 9);

    public required TestContext TestContext { get; init; }

    private CancellationToken Token => TestContext.CancellationToken;

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    [DataRow(ScoringBackend.Managed, 200_000)]
    [DataRow(ScoringBackend.Torch, 4_000)]
    public void Predict_SixteenThreadsAndManyEngines_GivesTheAnswersOfOneThread(ScoringBackend backend, int predictions)
    {
        const int enginesOfAThread = 4;
        ITransformer model = Load(backend);
        Prediction[] expected = [.. Predict(model)];
        int wrong = 0, right = 0;

        RunThreads(Threads, thread =>
        {
            var ml = new MLContext(thread);
            PredictionEngine<Flower, Prediction>[] engines =
                [.. Enumerable.Range(0, enginesOfAThread).Select(_ => Engine(ml, model))];
            var prediction = new Prediction();
            for (int i = 0; i < predictions / Threads; i++)
            {
                int row = (i + thread) % _rows.Count;
                engines[i % enginesOfAThread].Predict(_rows[row], ref prediction);
                Interlocked.Increment(ref IsSame(expected[row], prediction) ? ref right : ref wrong);
            }
        });

        Assert.AreEqual(0, wrong);
        Assert.AreEqual(predictions, right);
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    [DataRow(ScoringBackend.Managed, 400)]
    [DataRow(ScoringBackend.Torch, 100)]
    public void Predict_WhileThePoolDisposesEnginesAndReloads_GivesTheRightAnswer(
        ScoringBackend backend, int reloads)
    {
        const int users = 4;
        byte[] zip = Zip();
        Prediction[] expected = [.. Predict(Load(zip, backend))];
        var faults = new ConcurrentBag<string>();
        int answers = 0;
        PredictionEngine<Flower, Prediction>[] engines = Pool(zip, backend, users);
        bool isOver = false;

        RunThreads(users + 1, thread =>
        {
            if (thread == users)
            {
                for (int i = 0; i < reloads; i++)
                {
                    AwaitAtLeast(20 * i, ref answers, faults);
                    PredictionEngine<Flower, Prediction>[] old =
                        Interlocked.Exchange(ref engines, Pool(zip, backend, users));
                    Array.ForEach(old, engine => engine.Dispose()); // and with it the model that all of them share
                }
                Volatile.Write(ref isOver, true);
                return;
            }
            var prediction = new Prediction();
            for (int i = thread; !Volatile.Read(ref isOver); i++)
            {
                int row = i % _rows.Count;
                Watch(faults, ref answers, () =>
                {
                    // This thread's own engine: an engine must not be used by several threads at once.
                    Volatile.Read(ref engines)[thread].Predict(_rows[row], ref prediction);
                    return IsSame(expected[row], prediction) ? null
                        : $"row {row}: {string.Join(' ', prediction.Score)}";
                });
            }
        });

        TestContext.WriteLine($"{answers} answers");
        Assert.IsEmpty(faults, string.Join('\n', faults.Take(3)));
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public void ChangeScoringBackend_BackAndForthWhileOthersPredict_GivesTheAnswersOfEither()
    {
        var model = (SpikingPredictionTransformer)Load(ScoringBackend.Managed);
        Prediction[] expected = [.. Predict(model)];
        var faults = new ConcurrentBag<string>();
        int answers = 0;
        bool isOver = false;

        RunThreads(Threads, thread =>
        {
            if (thread == 0)
            {
                for (int i = 0; i < 50; i++)
                {
                    AwaitAtLeast(20 * i, ref answers, faults);
                    model.Model.ChangeScoringBackend(i % 2 == 0 ? ScoringBackend.Torch : ScoringBackend.Managed,
                        ComputeDevice.Cpu);
                }
                Volatile.Write(ref isOver, true);
                return;
            }
            PredictionEngine<Flower, Prediction> engine = Engine(new MLContext(thread), model);
            for (int i = 0; !Volatile.Read(ref isOver); i++)
            {
                int row = i % _rows.Count;
                Watch(faults, ref answers, () => engine.Predict(_rows[row]).Score.Zip(expected[row].Score)
                    .All(pair => Math.Abs(pair.First - pair.Second) <= 1e-4) ? null : $"row {row}");
            }
        });

        Assert.IsEmpty(faults, string.Join('\n', faults.Take(3)));
    }

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public void Load_AndDisposeManyTimesManaged_KeepsTheMemoryAsItIs() =>
        OwnProcess.Run(TestContext, () => LoadAndDispose(ScoringBackend.Managed, loads: 2_000));

    [TestMethod]
    [Timeout(Patience, CooperativeCancellation = true)]
    public void Load_AndDisposeManyTimesOnTorch_KeepsTheMemoryAsItIs() =>
        OwnProcess.Run(TestContext, () => LoadAndDispose(ScoringBackend.Torch, loads: 500));

    private void LoadAndDispose(ScoringBackend backend, int loads)
    {
        const double managedBound = 1, residentBound = 40; // MB
        // Leaked weights of 28 kB would add 57 MB in 2,000 loads.
        byte[] zip = Zip(options => options.Network = new Mlp(1_024));
        void LoadAll(int times)
        {
            var options = new ParallelOptions
            {
                MaxDegreeOfParallelism = Environment.ProcessorCount,
                CancellationToken = Token,
            };
            Parallel.For(0, times, options, _ =>
            {
                using var model = (SpikingPredictionTransformer)Load(zip, backend);
                model.Model.Scorer.Score(_rows[0].Features, 1, new float[3]);
            });
        }
        LoadAll(loads / 10);
        double managedBefore = ManagedMegabytes();
        double residentBefore = ResidentMemory.IsKnown ? ResidentMemory.Megabytes() : 0;

        LoadAll(loads);

        double managed = ManagedMegabytes() - managedBefore;
        double resident = ResidentMemory.IsKnown ? ResidentMemory.Megabytes() - residentBefore : 0;
        TestContext.WriteLine($"managed {managed:0.00} MB, resident {resident:0.0} MB");
        Assert.IsLessThan(managedBound, managed);
        Assert.IsLessThan(residentBound, resident);
    }

    // Counts an answer; a wrong answer, which says why, or a crash is a fault.
    private static void Watch(ConcurrentBag<string> faults, ref int answers, Func<string?> answer)
    {
        try
        {
            if (answer() is string fault)
            {
                faults.Add(fault);
            }
        }
        catch (Exception exception)
        {
            faults.Add(exception.ToString());
        }
        Interlocked.Increment(ref answers);
        Thread.Yield(); // one of the others has to make progress, too
    }

    private void AwaitAtLeast(int count, ref int answers, ConcurrentBag<string> faults)
    {
        while (Volatile.Read(ref answers) < count && faults.IsEmpty)
        {
            Token.ThrowIfCancellationRequested();
            Thread.Yield();
        }
    }

    private static double ManagedMegabytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true) / 1e6;
    }

    private void RunThreads(int count, Action<int> work)
    {
        Task[] threads = [.. Enumerable.Range(0, count).Select(thread => Task.Factory.StartNew(
            () => work(thread), Token, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Task.WaitAll(threads, Token);
    }

    private byte[] Zip(Action<SpikingClifTrainer.Options>? change = null)
    {
        IDataView data = Flowers.Keyed(_ml);
        using var stream = new MemoryStream();
        _ml.Model.Save(Flowers.Fit(_ml, data, change), data.Schema, stream);
        return stream.ToArray();
    }

    private ITransformer Load(ScoringBackend backend) => Load(Zip(), backend);

    private ITransformer Load(byte[] zip, ScoringBackend backend)
    {
        using var stream = new MemoryStream(zip);
        ITransformer model = _ml.Model.Load(stream, out _);
        _ml.Model.ChangeScoringBackend(model, backend);
        return model;
    }

    private PredictionEngine<Flower, Prediction>[] Pool(byte[] zip, ScoringBackend backend, int size)
    {
        ITransformer model = Load(zip, backend);
        return [.. Enumerable.Range(0, size).Select(_ =>
            _ml.Model.CreatePredictionEngine<Flower, Prediction>(model))];
    }

    private IEnumerable<Prediction> Predict(ITransformer model) => _rows.Select(Engine(_ml, model).Predict);

    private static PredictionEngine<Flower, Prediction> Engine(MLContext ml, ITransformer model) =>
        ml.Model.CreatePredictionEngine<Flower, Prediction>(
            model, new PredictionEngineOptions { OwnsTransformer = false });

    private static bool IsSame(Prediction expected, Prediction actual) =>
        expected.PredictedLabel == actual.PredictedLabel && expected.Score.AsSpan().SequenceEqual(actual.Score);
}
