using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.Spiking.Tests.Serialization;

/// <summary>The check of a zip at its limits, without training a model.</summary>
[TestClass]
public sealed class ZipCheckTests
{
    private const int Mebibyte = 1 << 20;

    private static readonly byte[] Model = File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "Compatibility", "model-2.zip"));

    [TestMethod]
    public void Check_AsMuchAsTheLimits_Passes()
    {
        byte[] zip = Zip(("a", new byte[700]), ("b/c", new byte[300]), ("d", []));

        Check(zip, new() { MaximumEntries = 3, MaximumBytes = 1_000 });
        Assert.AreEqual("The file has 3 entries; at most 2 are accepted.", Fault(zip, new() { MaximumEntries = 2 }));
        Assert.AreEqual("The file holds more than 999 bytes uncompressed, which is the limit, in its entry 'b/c' and " +
            "those before it.", Fault(zip, new() { MaximumBytes = 999 }));
    }

    [TestMethod]
    public void Check_LargeEntryThatShrinksMuch_IsRefused()
    {
        string message = Fault(Zip(("zeros", new byte[Mebibyte + 1])));

        Assert.StartsWith("The file's entry 'zeros' grows from 1,0", message);
        Assert.EndsWith(" to 1,048,577 bytes; at most 100 times as many are accepted.", message);
        Check(Zip(("zeros", new byte[Mebibyte])));
        Check(Zip(("zeros", new byte[Mebibyte + 1])), new() { MaximumRatio = 2_000 });
    }

    [TestMethod]
    public void Check_RatioOfExactlyTheLimit_Passes()
    {
        byte[] zip = Zip(("zeros", new byte[2 * Mebibyte]));
        using var archive = new ZipArchive(new MemoryStream(zip));
        double ratio = archive.Entries[0].Length / (double)archive.Entries[0].CompressedLength;

        Assert.AreEqual(archive.Entries[0].Length, ratio * archive.Entries[0].CompressedLength); // nothing is rounded
        Check(zip, new() { MaximumRatio = ratio });
        Fault(zip, new() { MaximumRatio = ratio * 0.999 });
    }

    [TestMethod]
    [DataRow("../a")]
    [DataRow("a/../b")]
    [DataRow("a\\..\\b")]
    [DataRow("..")]
    public void Check_PathOutOfTheFile_IsRefused(string path) => Assert.AreEqual(
        $"The file's entry '{path.Replace('\\', '/')}' leads out of the file, or is there twice.",
        Fault(Zip((path, [1]))));

    [TestMethod]
    public void Check_DotsWithinAName_ArePartOfIt() => Check(Zip(("a..b/...", [1]), ("c/.d", [2])));

    [TestMethod]
    public void Check_EntryWithOtherBytesThanItsCrc_IsRefused()
    {
        byte[] zip = Zip(CompressionLevel.NoCompression, ("plain", [.. "three bytes"u8]));
        int position = zip.AsSpan().IndexOf("three bytes"u8);
        zip[position] ^= 1;

        Assert.AreEqual(
            "The file's entry 'plain' is damaged: its CRC-32 or its length is not the one that was written.",
            Fault(zip));
    }

    [TestMethod]
    public void Check_NoZip_SaysSoAndKeepsTheCause()
    {
        FormatException exception = Assert.ThrowsExactly<FormatException>(() => Check([1, 2, 3]));

        Assert.StartsWith("The file is not a zip, or is damaged: ", exception.Message);
        Assert.IsInstanceOfType<InvalidDataException>(exception.InnerException);
    }

    [TestMethod]
    public void Check_AnyEnd_LeavesTheStreamWhereItWas()
    {
        using var whole = new MemoryStream(Model) { Position = 4 };
        using var damaged = new MemoryStream(Model, 0, Model.Length - 9) { Position = 4 };

        Check(whole);
        Assert.ThrowsExactly<FormatException>(() => Check(damaged));

        Assert.AreEqual((4L, 4L), (whole.Position, damaged.Position));
    }

    [TestMethod]
    public void Check_NullOrAStreamThatCannotSeek_IsRefused()
    {
        Assert.ThrowsExactly<ArgumentNullException>(() => Check((Stream)null!));
        ArgumentException exception = Assert.ThrowsExactly<ArgumentException>(
            () => Check(new TrickleStream(Model)));

        Assert.AreEqual("stream", exception.ParamName);
        Assert.StartsWith("The stream is not seekable; copy it into a file or into memory.", exception.Message);
    }

    [TestMethod]
    public void Check_SavedModel_Passes() => Check(Model);

    [TestMethod]
    [DataRow(ModelZip.Definition)]
    [DataRow(ModelZip.Weights)]
    [DataRow("TrainSchema")]
    public void Check_EntryOfAModelThatWasChanged_IsNamed(string name)
    {
        byte[] content = ModelZip.Entry(Model, name);
        content[^9] ^= 1;

        Assert.AreEqual($"The model's entry '{name}' was changed or damaged after it was written.",
            Fault(ModelZip.With(Model, name, content)));
        Assert.AreEqual(
            $"The model has no entry '{name}'; the file is damaged.", Fault(ModelZip.With(Model, name, null)));
    }

    /// <summary>Correct checksums do not make a network of an entry that is not one.</summary>
    [TestMethod]
    public void Check_OtherContentWithItsChecksum_IsReadAsANetwork()
    {
        byte[] definition = ModelZip.Entry(Model, ModelZip.Definition);
        byte[] weights = ModelZip.Entry(Model, ModelZip.Weights);
        string text = Encoding.UTF8.GetString(definition);
        byte[] other = Encoding.UTF8.GetBytes(
            text.Replace("\"timeSteps\": 2", "\"timeSteps\": 0", StringComparison.Ordinal));
        byte[] renamed = Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(weights).Replace("output.bias", "output.bits", StringComparison.Ordinal));

        Assert.AreEqual("The network's definition describes a network that cannot exist: 0 time steps are not " +
            "possible; 1 to 1,000 are.", Fault(ModelZip.WithChecksums(Model, other, weights)));
        Assert.AreEqual("The file of weights holds the array 'output.bits', which is not part of the network.",
            Fault(ModelZip.WithChecksums(Model, definition, renamed)));
        Check(ModelZip.WithChecksums(Model, definition, weights));
    }

    /// <summary>A network whose folder is the zip's root.</summary>
    [TestMethod]
    public void Check_ModelWithoutAFolder_IsChecked()
    {
        byte[] main = ModelZip.Entry(Model, "Model/Model.key");

        Assert.AreEqual("The model has no entry 'Network.json'; the file is damaged.", Fault(Zip(("Model.key", main))));
        Check(Zip(("OtherModel.key", main)));
        Check(Zip(("Model.key", [1, 2, 3])));
    }

    /// <summary>The version before checksums has none to compare.</summary>
    [TestMethod]
    public void Check_TransformerOfTheFirstVersion_NeedsNoChecksumOfItsSchema()
    {
        byte[] zip = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Compatibility", "model-1.zip"));
        byte[] schema = ModelZip.Entry(zip, "TrainSchema");
        schema[^9] ^= 1;

        Check(ModelZip.With(zip, "TrainSchema", schema));
    }

    [TestMethod]
    public void Check_CancelledWhileItReads_Stops() => Assert.ThrowsExactly<OperationCanceledException>(
        () => SpikingModelFile.Check(new MemoryStream(Model), null, new(canceled: true)));

    [TestMethod]
    public void Limits_Defaults_AreThoseThatAreDocumented()
    {
        var limits = new ModelFileLimits();

        Assert.AreEqual(
            (10_000, 4_294_967_296, 100.0), (limits.MaximumEntries, limits.MaximumBytes, limits.MaximumRatio));
    }

    private static void Check(byte[] zip, ModelFileLimits? limits = null) => Check(new MemoryStream(zip), limits);

    private static void Check(Stream zip, ModelFileLimits? limits = null) => SpikingModelFile.Check(zip, limits);

    private static string Fault(byte[] zip, ModelFileLimits? limits = null) =>
        Assert.ThrowsExactly<FormatException>(() => Check(zip, limits)).Message;

    private static byte[] Zip(params (string Path, byte[] Content)[] entries) => Zip(CompressionLevel.Optimal, entries);

    private static byte[] Zip(CompressionLevel level, params (string Path, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string path, byte[] content) in entries)
            {
                using Stream target = archive.CreateEntry(path, level).Open();
                target.Write(content);
            }
        }
        return stream.ToArray();
    }
}
