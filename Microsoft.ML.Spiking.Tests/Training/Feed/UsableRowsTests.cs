using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.Tests.Training.Feed;

/// <summary>Training rows from which a network can hardly learn: one warning that says why, else none.</summary>
[TestClass]
public sealed class UsableRowsTests
{
    public TestContext TestContext { get; set; } = null!;

    public static IEnumerable<InputEncoder> SpikeEncoders => [new PoissonEncoder(), new LatencyEncoder()];

    [TestMethod]
    [DynamicData(nameof(SpikeEncoders))]
    public void Warn_ValuesOutsideOfTheEncodersRange_SaysHowMany(InputEncoder encoder)
    {
        float[][] rows = [[0, 1, 0.5f, 0], [-2, 1, 3.5f, 0], [0, 0, 0, 7]];
        foreach (bool isSparse in new[] { false, true })
        {
            string warning = Assert.ContainsSingle(Warnings(rows, encoder, isSparse));
            Assert.AreEqual("3 feature values of the training rows (25.0 %) lie outside of 0 to 1, where " +
                $"{encoder.GetType().Name} takes them for 0 or 1; the features range from -2 to 7. " +
                "Scale them to 0 to 1, for example with NormalizeMinMax and fixZero: false.", warning);
        }
        Assert.IsEmpty(Warnings([[0, 1, 0.5f, 0], [0.1f, 1, 0, 0]], encoder));
    }

    [TestMethod]
    public void Warn_ValuesOfDirectEncoding_MayBeAny() =>
        Assert.IsEmpty(Warnings([[0, 1, 0.5f, 0], [-2, 1, 3.5f, 0]], new DirectEncoder()));

    [TestMethod]
    public void Warn_AllRowsEqual_SaysSo()
    {
        foreach (InputEncoder encoder in SpikeEncoders.Append(new DirectEncoder()))
        {
            string warning =
                Assert.ContainsSingle(Warnings([[0, 2, 0, 1], [0, 2, 0, 1], [0, 2, 0, 1]], encoder, isSparse: true));
            Assert.StartsWith("All training rows have the same features", warning);
            Assert.IsEmpty(Warnings([[0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 1, 1]], encoder));
            Assert.IsEmpty(Warnings([[0, 1, 0, 1]], encoder));
        }
    }

    [TestMethod]
    public void Run_EqualRows_WarnsOfThemFirst()
    {
        var observer = new RecordingObserver();
        float[] row = [.. Enumerable.Repeat(0.5f, Toy.Features)];
        Toy.Train(Toy.Settings with { Epochs = 1 }, new([.. Enumerable.Repeat(row, 30)],
            [.. Enumerable.Range(0, 30).Select(i => i % Toy.Classes)]), observer: observer);
        Assert.StartsWith("All training rows have the same features", observer.Warnings[0]);
    }

    private List<string> Warnings(float[][] rows, InputEncoder encoder, bool isSparse = false)
    {
        NetworkDefinition network = new Mlp(5).Bind(Bindings.Of([4]) with { Encoder = encoder });
        var observer = new RecordingObserver();
        RowFeed feed =
            UsableRows.Open(new ArrayRowSource(rows, new int[rows.Length], isSparse: isSparse), "training", network,
            1 << 20, observer, TestContext.CancellationToken);
        UsableRows.Warn(feed.Summary, network, observer);
        return observer.Warnings;
    }
}
