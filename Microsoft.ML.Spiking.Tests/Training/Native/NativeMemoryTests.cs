using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>
/// Resident memory of trainings with buffers of 4 MB each: bounds are generous, and nothing is timed.
/// </summary>
[TestClass]
public sealed class NativeMemoryTests
{
    private const int Epochs = 20;

    // The buffers of one step take about 60 MB. A leak of one of them per epoch would be far beyond these bounds.
    private const double GrowthBound = 60;
    private const double ReturnBound = 60;

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static void SkipWhereUnknown(TestContext context)
    {
        if (!ResidentMemory.IsKnown)
        {
            Assert.Inconclusive("This system does not report resident memory.");
        }
    }

    [TestMethod]
    public void Run_TwentyEpochs_MemoryNeitherGrowsNorStays() =>
        OwnProcess.Run(TestContext, () =>
        {
            TwentyEpochs(reuse: true);
            TwentyEpochs(reuse: false);
        });

    [TestMethod]
    public void Run_WithoutHugePages_MemoryNeitherGrowsNorStays() =>
        // libtorch reads the variable once per process.
        OwnProcess.Run(TestContext, () => TwentyEpochs(reuse: true), "THP_MEM_ALLOC_ENABLE=0");

    [TestMethod]
    public void Run_LastBatchUnderHalfABatch_MemoryDoesNotCreep() => OwnProcess.Run(TestContext, SmallLastBatches);

    [TestMethod]
    public void Run_TwoAtOnce_MemoryReturnsAfterTheLast() =>
        OwnProcess.Run(TestContext, () =>
        {
            Train(reuse: true, epochs: 1);
            double before = ResidentMemory.Megabytes();
            Parallel.Invoke(() => Train(reuse: true, epochs: 2), () => Train(reuse: true, epochs: 5));
            Assert.IsLessThan(before + (2 * ReturnBound), ResidentMemory.Megabytes());
        });

    private void TwentyEpochs(bool reuse)
    {
        Train(reuse, epochs: 1); // libtorch and compiled code are loaded from now on
        double before = ResidentMemory.Megabytes();
        List<double> seen = Train(reuse, Epochs);
        double after = ResidentMemory.Megabytes();

        string all = $"before {before:0}, during {string.Join(' ', seen.Select(mb => $"{mb:0}"))}, after {after:0} MB";
        TestContext.WriteLine(all);
        Assert.HasCount(Epochs, seen);
        Assert.IsLessThan(seen[4] + GrowthBound, seen[^1], all);
        Assert.IsLessThan(before + ReturnBound, after, all);
    }

    private void SmallLastBatches()
    {
        // Without a collection: memory must not depend on one. The heap used to grow by about 19 MB an epoch.
        var seen = new List<double>();
        var observer = new RecordingObserver { OnEpoch = _ => seen.Add(ResidentMemory.MegabytesAsTheyAre()) };
        NetworkDefinition network = new ConvNet(8, 16).Bind(new([1, 28, 28], Toy.Classes, 4,
            new DirectEncoder(), new ClifNeuron(), 0));
        const int Rows = 600; // 9 batches of 64, and one of 24
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(row => new float[28 * 28])];
        for (int row = 0; row < Rows; row++)
        {
            new RandomStream(1, (RandomPurpose)99, item: row).FillNormal(rows[row], deviation: 1);
        }
        ArrayRowSource source = new(rows, [.. Enumerable.Range(0, Rows).Select(row => row % Toy.Classes)]);

        Toy.Train(Toy.Settings with { Epochs = 8, BatchSize = 64 }, source, observer: observer, network: network);

        string all = string.Join(' ', seen.Select(mb => $"{mb:0}"));
        TestContext.WriteLine(all);
        Assert.IsLessThan(seen[2] + GrowthBound, seen[^1], all);
    }

    /// <summary>Returns the resident megabytes after each epoch.</summary>
    private static List<double> Train(bool reuse, int epochs)
    {
        var seen = new List<double>();
        var observer = new RecordingObserver { OnEpoch = _ => seen.Add(ResidentMemory.Megabytes()) };
        // [16, 256, 256] floats for each neuron layer.
        NetworkDefinition network = new Mlp(256, 256).Bind(new([Toy.Features], Toy.Classes, 16,
            new DirectEncoder(), new ClifNeuron(), 0));
        Toy.Train(Toy.Settings with { Epochs = epochs, BatchSize = 256, ReuseNativeMemory = reuse },
            Toy.Rows(512), observer: observer, network: network);
        return seen;
    }
}
