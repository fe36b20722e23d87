using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>Checks that two trainings measured the same, to the last bit; their speed does not matter.</summary>
internal static class Sameness
{
    public static void AssertSame(IReadOnlyList<EpochMetrics> expected, IReadOnlyList<EpochMetrics> actual)
    {
        Assert.HasCount(expected.Count, actual);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.AreEqual(Timeless(expected[i]), Timeless(actual[i]));
            Assert.AreSequenceEqual(expected[i].FiringRates.ToArray(), actual[i].FiringRates.ToArray());
        }
    }

    private static EpochRecord Timeless(EpochMetrics metrics) =>
        EpochRecord.Of(metrics) with { RowsPerSecond = 0, FiringRates = [], WaitingShare = 0 };
}
