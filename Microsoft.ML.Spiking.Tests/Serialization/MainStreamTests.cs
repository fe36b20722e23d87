using System.Buffers.Binary;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class MainStreamTests
{
    [TestMethod]
    public void Of_HeaderAndBlock_GivesSignatureVersionAndBlock()
    {
        MainStream main = MainStream.Of(Stream(start: 258, length: 3, total: 262))!;

        Assert.AreEqual(("SPKPRED ", 0x00010002u), (main.Signature, main.Version));
        Assert.AreSequenceEqual(new byte[] { 2, 3, 4 }, main.Block);
    }

    [TestMethod]
    [DataRow(256L, 6L, 262, 6)]
    [DataRow(256L, 0L, 262, 0)]
    [DataRow(262L, 0L, 262, 0)]
    [DataRow(256L, 0L, 256, 0)]
    public void Of_BlockAtTheEdges_IsRead(long start, long length, int total, int expected) =>
        Assert.HasCount(expected, MainStream.Of(Stream(start, length, total))!.Block);

    [TestMethod]
    [DataRow(255L, 1L, 262)]
    [DataRow(-1L, 1L, 262)]
    [DataRow(256L, -1L, 262)]
    [DataRow(263L, 0L, 262)]
    [DataRow(256L, 7L, 262)]
    [DataRow(258L, 5L, 262)]
    [DataRow(long.MaxValue, long.MaxValue, 262)]
    [DataRow(0L, 0L, 255)]
    public void Of_BlockOutsideOfTheStream_GivesNull(long start, long length, int total) =>
        Assert.IsNull(MainStream.Of(Stream(start, length, total)));

    [TestMethod]
    public void Of_OtherFirstBytes_GivesNull()
    {
        byte[] stream = Stream(256, 6, 262);
        stream[7] = (byte)'l';

        Assert.IsNull(MainStream.Of(stream));
    }

    [TestMethod]
    public void Checksum_AtAPlace_IsTheBytesThereOrEmpty()
    {
        byte[] block = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        var main = new MainStream("SPKMODEL", 1, block);

        Assert.AreSequenceEqual(block[..32], main.Checksum(0).ToArray());
        Assert.AreSequenceEqual(block[8..], main.Checksum(8).ToArray());
        Assert.IsEmpty(main.Checksum(9).ToArray());
        Assert.IsEmpty(main.Checksum(-1).ToArray());
    }

    /// <summary>
    /// Returns a main stream of version 0x00010002 whose bytes after the header are 0, 1, 2 and so on.
    /// </summary>
    private static byte[] Stream(long start, long length, int total)
    {
        byte[] stream = new byte[Math.Max(total, 256)];
        "ML\0MODEL"u8.CopyTo(stream);
        BinaryPrimitives.WriteInt64LittleEndian(stream.AsSpan(0x10), start);
        BinaryPrimitives.WriteInt64LittleEndian(stream.AsSpan(0x18), length);
        "SPKPRED\0"u8.CopyTo(stream.AsSpan(0x40));
        BinaryPrimitives.WriteUInt32LittleEndian(stream.AsSpan(0x48), 0x00010002);
        for (int i = 256; i < total; i++)
        {
            stream[i] = (byte)(i - 256);
        }
        return stream[..total];
    }
}
