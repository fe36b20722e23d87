using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class BoundedReadingTests
{
    private const int FirstBuffer = 1 << 16;

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(FirstBuffer)]
    [DataRow(FirstBuffer + 1)]
    [DataRow((2 * FirstBuffer) + 5)]
    public void ReadExactly_EveryLength_GivesThoseBytesAndNoMore(int count)
    {
        byte[] bytes = Bytes(count + 7);
        foreach (Stream stream in new Stream[] { new MemoryStream(bytes), new TrickleStream(bytes) })
        {
            Assert.AreSequenceEqual(bytes[..count], BoundedReading.ReadExactly(stream, count, "It"));
            Assert.AreEqual(count < bytes.Length ? bytes[count] : -1, stream.ReadByte());
        }
    }

    [TestMethod]
    public void ReadExactly_StreamThatEndsEarlier_SaysHowMuchIsThere()
    {
        string message = Assert.ThrowsExactly<FormatException>(
            () => BoundedReading.ReadExactly(new MemoryStream(Bytes(70_000)), 80_000, "The header")).Message;

        Assert.AreEqual("The header is cut short: 80,000 bytes are announced and 70,000 are there.", message);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(FirstBuffer)]
    [DataRow(FirstBuffer + 1)]
    public void ReadToEnd_AsManyBytesAsTheLimit_GivesThem(int count)
    {
        byte[] bytes = Bytes(count);

        Assert.AreSequenceEqual(bytes, BoundedReading.ReadToEnd(new MemoryStream(bytes), count, "It"));
        Assert.AreSequenceEqual(bytes, BoundedReading.ReadToEnd(new TrickleStream(bytes), count, "It"));
    }

    [TestMethod]
    public void ReadToEnd_OneByteMoreThanTheLimit_IsRefused()
    {
        string message = Assert.ThrowsExactly<FormatException>(
            () => BoundedReading.ReadToEnd(new MemoryStream(Bytes(70_001)), 70_000, "The definition")).Message;

        Assert.AreEqual("The definition is longer than 70,000 bytes; it is damaged, or not a model of this library.",
            message);
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
