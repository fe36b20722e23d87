using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Tests.Randomness;

[TestClass]
public sealed class Philox4x32Tests
{
    // The known-answer vectors that the paper's authors publish with their library.
    [TestMethod]
    [DataRow(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [DataRow(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu,
        0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [DataRow(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u,
        0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Generate_PublishedCounters_GivesPublishedWords(
        uint c0, uint c1, uint c2, uint c3, uint key0, uint key1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.AreEqual(new PhiloxBlock(r0, r1, r2, r3), Philox4x32.Generate(new(c0, c1, c2, c3), key0, key1));

    [TestMethod]
    [DataRow(1)]
    [DataRow(4)]
    [DataRow(7)]
    [DataRow(64)]
    public void Fill_AnyNumberOfBlocks_GivesThoseOfTheirCounters(int count)
    {
        var first = new PhiloxBlock(0xfffffff0u - (uint)count, 0x85a308d3u, 0x13198a2eu, 0xffffffffu);
        uint[] words = new uint[4 * count];

        Philox4x32.Fill(first, 0xa4093822u, 0xf99f31d0u, words);

        PhiloxBlock[] expected = [.. Enumerable.Range(0, count).Select(i => Philox4x32.Generate(
            first with { Word0 = first.Word0 + (uint)i }, 0xa4093822u, 0xf99f31d0u))];
        Assert.AreSequenceEqual(expected, MemoryMarshal.Cast<uint, PhiloxBlock>(words).ToArray());
    }
}
