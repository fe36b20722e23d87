using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
[TestCategory(SlowTests.Category)]
public sealed class SpikingModelFileTests
{
    private static readonly Lazy<byte[]> Saved = new(Save);

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Check_SavedModel_PassesAndLeavesTheStreamWhereItWas()
    {
        var stream = new MemoryStream(Saved.Value);

        SpikingModelFile.Check(stream, cancellationToken: TestContext.CancellationToken);

        Assert.AreEqual(0, stream.Position);
        Assert.IsNotNull(new MLContext().Model.Load(stream, out _));
    }

    [TestMethod]
    [DataRow("model-1.zip")]
    [DataRow("model-2.zip")]
    public void Check_ModelOfEveryFormat_Passes(string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Compatibility", file));

        SpikingModelFile.Check(stream, cancellationToken: TestContext.CancellationToken);
    }

    /// <summary>
    /// Every bit that changes the content of an entry is detected; the others belong to dates, flags and the names of
    /// ML.NET's own entries, which it then does not find.
    /// </summary>
    [TestMethod]
    public void Check_EveryFlippedBit_IsNoticedWhereItMatters()
    {
        byte[] zip = Saved.Value;
        string[] content = Contents(zip);
        int refused = 0, harmless = 0;
        for (int position = 0; position < zip.Length; position++)
        {
            byte[] changed = [.. zip];
            changed[position] ^= (byte)(1 << (position % 8));
            try
            {
                SpikingModelFile.Check(new MemoryStream(changed), cancellationToken: TestContext.CancellationToken);
                Assert.AreSequenceEqual(content, Contents(changed), $"byte {position}");
                harmless++;
            }
            catch (FormatException)
            {
                refused++;
            }
        }
        Assert.IsGreaterThan(harmless, refused);
    }

    [TestMethod]
    public void Check_EveryTruncation_IsRefused()
    {
        for (int length = 0; length < Saved.Value.Length; length += 53)
        {
            Assert.ThrowsExactly<FormatException>(() => SpikingModelFile.Check(
                new MemoryStream(Saved.Value, 0, length), cancellationToken: TestContext.CancellationToken));
        }
    }

    [TestMethod]
    [DataRow(ModelZip.Definition)]
    [DataRow(ModelZip.Weights)]
    [DataRow("TrainSchema")]
    public void Check_EntryWithARightCrcAndOtherContent_IsRefused(string name)
    {
        byte[] content = ModelZip.Entry(Saved.Value, name);
        content[^9] ^= 1;

        Assert.Contains($"'{name}' was changed or damaged", Fault(ModelZip.With(Saved.Value, name, content)));
        Assert.Contains($"no entry '{name}'", Fault(ModelZip.With(Saved.Value, name, null)));
    }

    [TestMethod]
    public void Check_DefinitionThatCannotBeScored_IsRefused()
    {
        string text = Encoding.UTF8.GetString(ModelZip.Entry(Saved.Value, ModelZip.Definition));
        byte[] definition = Encoding.UTF8
            .GetBytes(text.Replace("\"timeSteps\": 2", "\"timeSteps\": 5000000", StringComparison.Ordinal));

        Assert.Contains("5,000,000 time steps are not possible", Fault(
            ModelZip.WithChecksums(Saved.Value, definition, ModelZip.Entry(Saved.Value, ModelZip.Weights))));
    }

    [TestMethod]
    public void Check_ZerosBehindTheSchema_AreRefusedBeforeTheyAreRead()
    {
        byte[] bomb = ModelZip.With(Saved.Value, "TrainSchema", new byte[20 << 20]);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Contains("grows from", Fault(bomb));
        Assert.IsLessThan(4L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public void Check_MoreThanTheLimits_SaysWhich()
    {
        Assert.Contains("entries; at most 3", Fault(Saved.Value, new() { MaximumEntries = 3 }));
        Assert.Contains("more than 1,000 bytes uncompressed", Fault(Saved.Value, new() { MaximumBytes = 1_000 }));
    }

    [TestMethod]
    public void Check_EntryTwice_IsRefused()
    {
        using var stream = new MemoryStream();
        stream.Write(Saved.Value);
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.CreateEntry(archive.Entries[0].FullName.Replace('/', '\\'));
        }

        Assert.Contains("is there twice", Fault(stream.ToArray()));
    }

    [TestMethod]
    public void Check_NoZip_IsRefused() => Assert.Contains("not a zip", Fault(RandomNumberGenerator.GetBytes(5_000)));

    [TestMethod]
    public void Check_CancelledToken_Stops() => Assert.Throws<OperationCanceledException>(
        () => SpikingModelFile.Check(new MemoryStream(Saved.Value), cancellationToken: new(canceled: true)));

    private static string Fault(byte[] zip, ModelFileLimits? limits = null) =>
        Assert.ThrowsExactly<FormatException>(() => SpikingModelFile.Check(new MemoryStream(zip), limits)).Message;

    private static string[] Contents(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return [.. archive.Entries.Select(entry => Convert.ToHexString(ModelZip.Read(entry)))
            .Order(StringComparer.Ordinal)];
    }

    private static byte[] Save()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        using var stream = new MemoryStream();
        ml.Model.Save(Flowers.Fit(ml, data), data.Schema, stream);
        return stream.ToArray();
    }
}
