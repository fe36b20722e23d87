using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

[TestClass]
public sealed class SafetensorsTests
{
    [TestMethod]
    public void Write_Weights_FollowsTheLayout()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        NetworkWeights weights = SmallNetworks.Weights(definition);

        byte[] file = File(weights);

        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        Assert.AreEqual(0, length % 8, "the data is not aligned to 8 bytes");
        string text = Encoding.UTF8.GetString(file, 8, length);
        Assert.AreEqual('{', text[0], "the format requires the header to begin with a brace");
        using JsonDocument header = JsonDocument.Parse(text);
        Assert.AreEqual("__metadata__", header.RootElement.EnumerateObject().First().Name);
        int expected = 0;
        foreach (JsonProperty array in header.RootElement.EnumerateObject().Skip(1))
        {
            Assert.AreEqual("F32", array.Value.GetProperty("dtype").GetString());
            int[] offsets =
                [.. array.Value.GetProperty("data_offsets").EnumerateArray().Select(item => item.GetInt32())];
            Assert.AreEqual(expected, offsets[0]);
            float first = BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(8 + length + offsets[0]));
            Assert.AreEqual(weights[array.Name].Values.Span[0], first);
            Assert.AreSequenceEqual(weights[array.Name].Shape.ToArray(),
                array.Value.GetProperty("shape").EnumerateArray().Select(item => item.GetInt32()).ToArray());
            expected = offsets[1];
        }
        Assert.AreEqual(file.Length, 8 + length + expected);
    }

    [TestMethod]
    public void Read_WhatWasWritten_GivesTheSameBits()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        NetworkWeights weights = SmallNetworks.Weights(definition);
        byte[] file = File(weights);

        foreach (Stream stream in new Stream[] { new MemoryStream(file), new TrickleStream(file) })
        {
            NetworkWeights read = SafetensorsReader.Read(stream, definition);

            Assert.HasCount(weights.Count, read);
            for (int i = 0; i < weights.Count; i++)
            {
                Assert.AreEqual(weights[i].Name, read[i].Name);
                Assert.AreSequenceEqual(weights[i].Values.ToArray(), read[i].Values.ToArray());
            }
        }
    }

    [TestMethod]
    public void Read_HeaderInAnotherOrder_IsAccepted()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        NetworkWeights weights = SmallNetworks.Weights(definition);
        WeightArray[] reversed = [.. weights.Reverse()];
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, reversed);
        stream.Position = 0;

        NetworkWeights read = SafetensorsReader.Read(stream, definition);

        Assert.AreSequenceEqual(weights["fc1.weight"].Values.ToArray(), read["fc1.weight"].Values.ToArray());
    }

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryTruncation_ThrowsFormatException()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        byte[] file = File(SmallNetworks.Weights(definition));

        for (int length = 0; length < file.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(
                () => SafetensorsReader.Read(new TrickleStream(file[..length]), definition), $"{length} bytes");
            Assert.ThrowsExactly<FormatException>(
                () => SafetensorsReader.Read(new MemoryStream(file, 0, length), definition, length), $"{length} bytes");
        }
    }

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryChangedHeaderByte_ThrowsFormatExceptionOrReadsTheSame()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        byte[] file = File(SmallNetworks.Weights(definition));
        int end = 8 + checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));

        for (int position = 0; position < end; position++)
        {
            foreach (byte value in new byte[] { 0, 0xFF, (byte)(file[position] ^ 1), (byte)'9' })
            {
                byte[] changed = [.. file];
                changed[position] = value;
                try
                {
                    // A change within __metadata__ or the padding changes no weight.
                    Assert.HasCount(6, SafetensorsReader.Read(new MemoryStream(changed), definition));
                }
                catch (FormatException)
                {
                    // The only exception that a damaged file may cause.
                }
            }
        }
    }

    [TestMethod]
    public void Read_BytesAfterTheLastArray_ThrowsFormatException()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        byte[] file = [.. File(SmallNetworks.Weights(definition)), 0];

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.Read(new MemoryStream(file), definition));

        Assert.AreEqual("The file of weights goes on after its last array.", exception.Message);
    }

    [TestMethod]
    [DataRow("\"F32\"", "\"F16\"",
        "holds the array 'fc1.weight' as F16; only F32 (32-bit floating point) and I8 " +
            "(8-bit integers) are read.")]
    [DataRow("[5,4]", "[4,5]", "holds the array 'fc1.weight' in the shape [4, 5]; the network needs [5, 4].")]
    [DataRow("[5,4]", "[5,5]", "gives the array 'fc1.weight' the bytes 0 to 80; its shape needs 100 bytes.")]
    [DataRow("\"data_offsets\":[0,80]", "\"data_offsets\":[4,84]", "places the array 'fc1.weight' at byte 4 where " +
        "0 was expected: arrays must follow one another without gaps or overlaps.")]
    [DataRow("fc1.weight", "fcX.weight", "holds the array 'fcX.weight', which is not part of the network.")]
    public void Read_ChangedHeader_SaysWhatIsWrong(string before, string after, string sentence)
    {
        NetworkDefinition definition = SmallNetworks.Small();
        byte[] file = WithHeader(File(SmallNetworks.Weights(definition)), before, after);

        Assert.AreEqual($"The file of weights {sentence}", Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.Read(new MemoryStream(file), definition)).Message);
        Assert.AreEqual($"The file of weights {sentence}", Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.Check(new MemoryStream(file), definition)).Message);
    }

    [TestMethod]
    public void Read_MissingArray_NamesIt()
    {
        NetworkDefinition definition = SmallNetworks.Small();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream,
            [.. SmallNetworks.Weights(definition).Where(array => array.Name != "fc2.bias")]);
        stream.Position = 0;

        FormatException exception =
            Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(stream, definition));

        Assert.AreEqual("The file of weights lacks the array 'fc2.bias'.", exception.Message);
    }

    [TestMethod]
    [DataRow(long.MaxValue)]
    [DataRow(1L << 40)]
    [DataRow(-1L)]
    [DataRow(0L)]
    public void Read_ImpossibleHeaderLength_ThrowsWithoutAllocatingIt(long length)
    {
        byte[] file = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(file, length);

        Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.Read(new MemoryStream(file), SmallNetworks.Small()));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Read_GigabytesAnnounced_AllocatesLittle(bool lengthIsKnown)
    {
        // A definition and a header that agree on 6 GB of weights, in a file of a few hundred bytes.
        var definition = new Mlp(8_000, 60_000, 8_000).Bind(new NetworkBinding([60_000], 2, 1,
            new DirectEncoder(), new ClifNeuron(), 0));
        long begin = 0;
        var header = new StringBuilder("{");
        foreach (ParameterSpec spec in definition.Parameters)
        {
            long end = begin + (spec.Size * 4);
            string shape = string.Join(',', spec.Shape);
            header.Append(
                System.Globalization.CultureInfo.InvariantCulture,
                $$"""
                "{{spec.Name}}":{"dtype":"F32","shape":[{{shape}}],"data_offsets":[{{begin}},{{end}}]},
                """);
            begin = end;
        }
        header[^1] = '}';
        byte[] text = Encoding.UTF8.GetBytes(header.ToString());
        byte[] file = [.. BitConverter.GetBytes((long)text.Length), .. text, 1, 2, 3, 4];
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(
            new TrickleStream(file), definition, lengthIsKnown ? file.Length : null));

        Assert.IsLessThan(4L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void ReadArrays_FileThatEndsWithinAnArray_NamesIt()
    {
        byte[] file = File([Array("a", 3), Array("b", 2)]);

        Assert.AreEqual("The file of weights is cut short within the array 'b'.", Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.ReadArrays(new MemoryStream(file, 0, file.Length - 1))).Message);
        Assert.AreEqual("The file of weights is cut short: its arrays need 20 bytes and the whole file has 19.",
            Assert.ThrowsExactly<FormatException>(
                () => SafetensorsReader.ReadArrays(new MemoryStream(file), length: 19)).Message);
        Assert.HasCount(2, SafetensorsReader.ReadArrays(new MemoryStream(file), length: 20));
    }

    [TestMethod]
    public void ReadArrays_NoArrays_GivesNone()
    {
        Assert.IsEmpty(SafetensorsReader.ReadArrays(new MemoryStream(File([]))));
        Assert.IsEmpty(SafetensorsReader.ReadArrays(new MemoryStream(File([])), length: 0));
    }

    [TestMethod]
    public void ReadArrays_AsManyValuesAsAnArrayHolds_AreReadAsFarAsTheyAreThere()
    {
        byte[] header = """{"a":{"dtype":"F32","shape":[2147483591],"data_offsets":[0,8589934364]}}"""u8.ToArray();
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header];

        Assert.AreEqual("The file of weights is cut short within the array 'a'.", Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.ReadArrays(new MemoryStream(file))).Message);
    }

    [TestMethod]
    public void ReadArrays_MoreValuesThanAnArrayHolds_SaysSo()
    {
        byte[] header = """{"a":{"dtype":"F32","shape":[2147483647],"data_offsets":[0,8589934588]}}"""u8.ToArray();
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header];

        Assert.AreEqual("The file of weights announces 2,147,483,647 values for the array 'a'; at most 2,147,483,591 " +
            "are possible.", Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.ReadArrays(new MemoryStream(file))).Message);
    }

    [TestMethod]
    public void ReadArrays_Check_SeesTheHeaderBeforeValuesAreRead()
    {
        byte[] file = File([Array("a", 3)]);

        Assert.AreEqual("a", Assert.ThrowsExactly<InvalidTimeZoneException>(() => SafetensorsReader.ReadArrays(
            new MemoryStream(file, 0, file.Length - 1),
            check: entries => throw new InvalidTimeZoneException(entries[0].Name))).Message);
    }

    /// <summary>
    /// Memory is doubled twice for the largest array, and the writer writes each array in several chunks.
    /// </summary>
    [TestMethod]
    public void ReadArrays_ArraysOfManySizes_GiveTheSameBits()
    {
        WeightArray[] arrays =
        [
            Array("none", 0), Array("one", 1), Array("chunk", 1 << 14), Array("more", (1 << 14) + 1),
            Array("first", 1 << 16), Array("next", (1 << 16) + 3), Array("grown", (1 << 17) + 3),
        ];
        byte[] file = File(arrays);

        foreach (long? length in new long?[] { null, file.Length })
        {
            IReadOnlyList<WeightArray> read = SafetensorsReader.ReadArrays(new MemoryStream(file), length);

            Assert.HasCount(arrays.Length, read);
            for (int i = 0; i < arrays.Length; i++)
            {
                Assert.AreEqual(arrays[i].Name, read[i].Name);
                Assert.AreSequenceEqual(arrays[i].Shape.ToArray(), read[i].Shape.ToArray());
                Assert.IsTrue(arrays[i].Values.Span.SequenceEqual(read[i].Values.Span), arrays[i].Name);
            }
        }
    }

    [TestMethod]
    public void Write_Arrays_HasTheDocumentedHeader()
    {
        byte[] file = File([Array("a", 3), new("b", [2, 1], [1, -2])]);

        Assert.AreEqual("{\"__metadata__\":{\"format\":\"Microsoft.ML.Spiking.Network\",\"version\":\"1\"}," +
            "\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}," +
            "\"b\":{\"dtype\":\"F32\",\"shape\":[2,1],\"data_offsets\":[12,20]}}",
            Encoding.UTF8.GetString(file, 8, file.Length - 28).TrimEnd(' '));
        Assert.AreEqual(file.Length - 28, BinaryPrimitives.ReadInt64LittleEndian(file));
        Assert.AreEqual(-2f, BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(file.Length - 4)));
    }

    /// <summary>The header is padded to a multiple of 8, with less than 8 bytes.</summary>
    [TestMethod]
    public void Write_NamesOfEveryLength_AlignTheData()
    {
        for (int letters = 1; letters <= 16; letters++)
        {
            byte[] file = File([Array(new string('n', letters), 1)]);
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
            int json = Encoding.UTF8.GetString(file, 8, length).TrimEnd(' ').Length;

            Assert.AreEqual((json + 7) / 8 * 8, length);
            Assert.HasCount(8 + length + 4, file);
        }
    }

    [TestMethod]
    public void Read_ShapesWhoseProductOverflows_ThrowsFormatException()
    {
        byte[] file = File(SmallNetworks.Weights(SmallNetworks.Small()));
        string[] shapes = ["[2147483647,2147483647,2147483647,2147483647]", "[-5,-4]", "[1e3]", "[99999999999]"];
        foreach (string shape in shapes)
        {
            Assert.ThrowsExactly<FormatException>(
                () => SafetensorsReader.Read(new MemoryStream(WithHeader(file, "[5,4]", shape)), SmallNetworks.Small()),
                shape);
        }
    }

    private static WeightArray Array(string name, int length)
    {
        var random = new Random(length);
        return new(name, [length], [.. Enumerable.Range(0, length).Select(_ => random.NextSingle())]);
    }

    private static byte[] File(IReadOnlyList<WeightArray> weights)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, weights);
        return stream.ToArray();
    }

    private static byte[] WithHeader(byte[] file, string before, string after)
    {
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        string text = Encoding.UTF8.GetString(file, 8, length);
        Assert.Contains(before, text);
        int at = text.IndexOf(before, StringComparison.Ordinal);
        byte[] header = Encoding.UTF8.GetBytes(text[..at] + after + text[(at + before.Length)..]);
        return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file[(8 + length)..]];
    }
}
