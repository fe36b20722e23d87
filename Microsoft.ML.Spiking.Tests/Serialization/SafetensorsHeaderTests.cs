using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class SafetensorsHeaderTests
{
    private const string NoArray =
        "The file of weights describes the array 'a' without a valid dtype, shape and data_offsets.";

    private const string Impossible = "The file of weights announces an impossible shape for the array 'a'.";

    [TestMethod]
    [DataRow("[]", "The file of weights has a damaged header: it is not a JSON object.")]
    [DataRow("17", "The file of weights has a damaged header: it is not a JSON object.")]
    [DataRow("""{"a":17}""", NoArray)]
    [DataRow("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":[1]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775808]}}""", NoArray)]
    [DataRow("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}""",
        "The file of weights holds the array 'a' as F16; only F32 (32-bit floating point) and I8 " +
            "(8-bit integers) are read.")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""",
        "The file of weights announces 9 dimensions for the array 'a'; at most 8 are possible.")]
    [DataRow("""{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", Impossible)]
    [DataRow("""{"a":{"dtype":"F32","shape":[2147483648],"data_offsets":[0,8589934592]}}""", Impossible)]
    [DataRow("""{"a":{"dtype":"F32","shape":[2147483647,2147483647],"data_offsets":[0,4]}}""", Impossible)]
    [DataRow("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""",
        "The file of weights gives the array 'a' the bytes 0 to 4; its shape needs 8 bytes.")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""",
        "The file of weights gives the array 'a' the bytes -4 to 0; its shape needs 4 bytes.")]
    // The difference of these offsets, in 64 bits, is 4.
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775807,-9223372036854775805]}}""",
        "The file of weights gives the array 'a' the bytes 9,223,372,036,854,775,807 to -9,223,372,036,854,775,805; " +
        "its shape needs 4 bytes.")]
    [DataRow("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[1000,1004]}}""",
        "The file of weights places the array 'a' at byte 1,000 where 0 was expected: arrays must follow one another " +
        "without gaps or overlaps.")]
    public void Read_DamagedHeader_SaysWhatIsWrong(string header, string sentence) =>
        Assert.AreEqual(sentence, Assert.ThrowsExactly<FormatException>(() => Read(header)).Message);

    [TestMethod]
    [DataRow("{ ")]
    [DataRow("{\"a\":1,\"a\":2}")]
    [DataRow("[[[[[[[[[]]]]]]]]]")]
    public void Read_NoJson_QuotesTheReadersSentence(string header)
    {
        string message = Assert.ThrowsExactly<FormatException>(() => Read(header)).Message;

        var options = new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false };
        string cause = Assert.Throws<JsonException>(() => JsonDocument.Parse(header, options)).Message;
        Assert.AreEqual($"The file of weights has a damaged header: {cause}", message);
    }

    [TestMethod]
    public void Read_NameThatIsNoUnicode_SaysThatTheHeaderIsDamaged() => Assert.StartsWith(
        "The file of weights has a damaged header: ",
        Assert.ThrowsExactly<FormatException>(() => Read("""{"a\uD800":{"dtype":"F32"}}""")).Message);

    [TestMethod]
    [DataRow(1L, "1")]
    [DataRow(-1L, "-1")]
    [DataRow((16L << 20) + 1, "16,777,217")]
    public void Read_ImpossibleLength_SaysWhichArePossible(long length, string text) => Assert.AreEqual(
        $"The file of weights announces a header of {text} bytes; from 2 to 16,777,216 are possible. " +
        "The file is damaged.",
        Assert.ThrowsExactly<FormatException>(() => SafetensorsHeader.Read(File(length, []))).Message);

    [TestMethod]
    public void Read_LongestHeaderThatIsCutShort_SaysSoAndAllocatesLittle()
    {
        MemoryStream file = File(16L << 20, [.. "{}"u8]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.AreEqual(
            "The header of the file of weights is cut short: 16,777,216 bytes are announced and 2 are there.",
            Assert.ThrowsExactly<FormatException>(() => SafetensorsHeader.Read(file)).Message);
        Assert.IsLessThan(1L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void Read_FewerThanEightBytes_SaysSo() => Assert.AreEqual(
        "The file of weights is cut short: 8 bytes are announced and 3 are there.",
        Assert.ThrowsExactly<FormatException>(() => SafetensorsHeader.Read(new MemoryStream([2, 0, 0]))).Message);

    [TestMethod]
    public void Read_NoArrays_GivesNone()
    {
        Assert.IsEmpty(Read("{}"));
        Assert.IsEmpty(Read("""{"__metadata__":{"format":"any"}}"""));
    }

    [TestMethod]
    public void Read_ArraysInAnyOrder_GivesThemInThatOfTheirData()
    {
        IReadOnlyList<SafetensorsEntry> entries = Read("""
            {
              "d": { "dtype": "F32", "shape": [0, 2147483647], "data_offsets": [12, 12] },
              "c": { "dtype": "F32", "shape": [1, 2, 1, 1, 1, 1, 1, 1], "data_offsets": [4, 12] },
              "b": { "dtype": "F32", "shape": [], "data_offsets": [0, 4] },
              "a": { "dtype": "F32", "shape": [0], "data_offsets": [0, 0] }
            }
            """);

        Assert.AreEqual("a 0-0 [0]; b 0-4 []; c 4-12 [1,2,1,1,1,1,1,1]; d 12-12 [0,2147483647]", string.Join("; ",
            entries.Select(entry => $"{entry.Name} {entry.Begin}-{entry.End} [{string.Join(',', entry.Shape)}]")));
    }

    /// <summary>With a last length beyond 9, a long could not count the array's bytes.</summary>
    [TestMethod]
    public void Read_LargestSizeThatALongCounts_IsRead() => Assert.AreEqual(9223372036854775800, Read("""
        {"a":{"dtype":"F32","shape":[2046771931,125175050,9],"data_offsets":[0,9223372036854775800]}}
        """)[0].End);

    private static IReadOnlyList<SafetensorsEntry> Read(string header)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(header);
        return SafetensorsHeader.Read(File(bytes.Length, bytes));
    }

    private static MemoryStream File(long length, byte[] header)
    {
        byte[] file = [.. new byte[sizeof(long)], .. header];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
        return new MemoryStream(file);
    }
}
