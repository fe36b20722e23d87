using System.Security.Cryptography;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class ChecksumTests
{
    // From the published tables of CRC-32.
    [TestMethod]
    [DataRow("", 0u)]
    [DataRow("a", 0xE8B7BE43u)]
    [DataRow("123456789", 0xCBF43926u)]
    [DataRow("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Crc32_KnownTexts_HaveTheirPublishedValue(string text, uint expected)
    {
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
        var whole = new Crc32();
        whole.Append(bytes);
        var parts = new Crc32();
        foreach (byte value in bytes)
        {
            parts.Append([value]);
        }

        Assert.AreEqual(expected, whole.Value);
        Assert.AreEqual(expected, parts.Value);
    }

    // From 64 bytes on, blocks are folded where the processor multiplies without carry.
    [TestMethod]
    public void Crc32_OfAnyLengthInAnyParts_IsThatOfItsBytesOneByOne()
    {
        byte[] bytes = new byte[400];
        new Random(1).NextBytes(bytes);
        var oneByOne = new Crc32();
        for (int length = 0; length <= bytes.Length; length++)
        {
            var whole = new Crc32();
            whole.Append(bytes.AsSpan(0, length));
            Assert.AreEqual(oneByOne.Value, whole.Value, $"{length} bytes");
            var parts = new Crc32();
            parts.Append(bytes.AsSpan(0, length / 3));
            parts.Append(bytes.AsSpan((length / 3)..length));
            Assert.AreEqual(oneByOne.Value, parts.Value, $"{length} bytes in two parts");
            oneByOne.Append(bytes.AsSpan(length, Math.Min(1, bytes.Length - length)));
        }
    }

    [TestMethod]
    public void ChecksumStream_WhatIsWritten_PassesAndIsHashed()
    {
        var inner = new WatchedStream();
        using (var stream = new ChecksumStream(inner))
        {
            stream.Write([1, 2, 3]);
            stream.Write([9, 4, 5, 9], 1, 2);
            stream.Flush();

            Assert.AreEqual(1, inner.Flushes);
            Assert.AreSequenceEqual(SHA256.HashData([1, 2, 3, 4, 5]), stream.Checksum());
            Assert.AreSequenceEqual(SHA256.HashData([1, 2, 3, 4, 5]), stream.Checksum(), "the first has removed it");
        }

        Assert.AreSequenceEqual(new byte[] { 1, 2, 3, 4, 5 }, inner.ToArray());
        Assert.IsTrue(inner.CanRead, "the inner stream is closed");
    }

    [TestMethod]
    public void ChecksumStream_WhatIsRead_IsHashedAsFarAsItWasRead()
    {
        using var stream = new ChecksumStream(new MemoryStream([1, 2, 3, 4, 5, 6]));
        byte[] buffer = new byte[8];

        Assert.AreEqual(2, stream.Read(buffer, 3, 2));
        Assert.AreSequenceEqual(new byte[] { 0, 0, 0, 1, 2, 0, 0, 0 }, buffer);
        Assert.AreSequenceEqual(SHA256.HashData([1, 2]), stream.Checksum());
        Assert.AreEqual(4, stream.Read(buffer.AsSpan()));
        Assert.AreSequenceEqual(SHA256.HashData([1, 2, 3, 4, 5, 6]), stream.Checksum());
    }

    [TestMethod]
    public void ChecksumStream_Abilities_AreThoseOfItsInnerStreamWithoutSeeking()
    {
        using var reading = new ChecksumStream(new TrickleStream([]));
        using var both = new ChecksumStream(new MemoryStream());

        Assert.AreEqual((true, false, false), (reading.CanRead, reading.CanWrite, reading.CanSeek));
        Assert.AreEqual((true, true, false), (both.CanRead, both.CanWrite, both.CanSeek));
        Assert.ThrowsExactly<NotSupportedException>(() => both.Length);
        Assert.ThrowsExactly<NotSupportedException>(() => both.Position);
        Assert.ThrowsExactly<NotSupportedException>(() => both.Position = 0);
        Assert.ThrowsExactly<NotSupportedException>(() => both.Seek(0, SeekOrigin.Begin));
        Assert.ThrowsExactly<NotSupportedException>(() => both.SetLength(0));
    }

    [TestMethod]
    public void ChecksumStream_Disposed_HashesNoMore()
    {
        var stream = new ChecksumStream(new MemoryStream());
        stream.Dispose();

        Assert.ThrowsExactly<ObjectDisposedException>(stream.Checksum);
    }

    private sealed class WatchedStream : MemoryStream
    {
        public int Flushes { get; private set; }

        public override void Flush() => Flushes++;
    }
}
