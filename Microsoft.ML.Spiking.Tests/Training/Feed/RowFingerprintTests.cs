using Microsoft.ML.Spiking.Training.Feed;


namespace Microsoft.ML.Spiking.Tests.Training.Feed;

[TestClass]
public sealed class RowFingerprintTests
{
    private static readonly float[][] Rows = [[0, 2, 0, -1], [3, 0, 0, 0], [0, 0, 0, 0]];

    [TestMethod]
    public void Add_SparseRows_GiveWhatDenseOnesDo() =>
        Assert.AreEqual(Of(new(Rows, [0, 1, 1])), Of(new(Rows, [0, 1, 1], isSparse: true)));

    [TestMethod]
    public void Add_NegativeZero_IsZero() =>
        Assert.AreEqual(Of(new(Rows, [0, 1, 1])), Of(new([Rows[0], Rows[1], [0, -0f, 0, 0]], [0, 1, 1])));

    [TestMethod]
    public void Add_AnythingElse_GivesAnother()
    {
        ulong[] all =
        [
            Of(new(Rows, [0, 1, 1])),
            Of(new(Rows, [0, 1, 2])),
            Of(new(Rows, [0, 1, 1], [1, 1, 2])),
            Of(new([Rows[1], Rows[0], Rows[2]], [0, 1, 1])),
            Of(new([Rows[0], [0, 3, 0, 0], Rows[2]], [0, 1, 1])),
            Of(new([Rows[0], [3.0000002f, 0, 0, 0], Rows[2]], [0, 1, 1])),
            Of(new([Rows[0], Rows[1]], [0, 1])),
        ];
        Assert.AreSequenceEqual(all.Distinct().ToArray(), all);
    }

    private static ulong Of(ArrayRowSource source)
    {
        ulong fingerprint = 0;
        using IRowCursor cursor = source.Open();
        while (cursor.MoveNext())
        {
            fingerprint = RowFingerprint.Add(fingerprint, cursor);
        }
        return fingerprint;
    }
}
