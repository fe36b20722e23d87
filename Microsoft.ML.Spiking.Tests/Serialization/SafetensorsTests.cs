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
        Assert.AreEqual('{', text[0], "the format wants the header to begin with a brace");
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

        Assert.Contains("goes on after its last array", exception.Message);
    }

    [TestMethod]
    [DataRow("\"F32\"", "\"F16\"", "only F32")]
    [DataRow("[5,4]", "[4,5]", "the network needs [5, 4]")]
    [DataRow("[5,4]", "[5,5]", "needs 100 bytes")]
    [DataRow("\"shape\":[5,4]", "\"shape\":[4]", "needs 16 bytes")]
    [DataRow("\"data_offsets\":[0,80]", "\"data_offsets\":[80,0]", "the bytes 80 to 0")]
    [DataRow("\"data_offsets\":[0,80]", "\"data_offsets\":[4,84]", "without gaps or overlaps")]
    [DataRow("\"data_offsets\":[0,80]", "\"data_offsets\":[0]", "valid dtype, shape and data_offsets")]
    [DataRow("fc1.weight", "fcX.weight", "not part of the network")]
    [DataRow("fc1.bias", "fc1.weight", "damaged header")]
    public void Read_ChangedHeader_SaysWhatIsWrong(string before, string after, string sentence)
    {
        NetworkDefinition definition = SmallNetworks.Small();
        byte[] file = File(SmallNetworks.Weights(definition));

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => SafetensorsReader.Read(new MemoryStream(WithHeader(file, before, after)), definition));

        Assert.Contains(sentence, exception.Message);
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

        Assert.Contains("lacks the array 'fc2.bias'", exception.Message);
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
        // A definition and a header that agree on 6 GB of weights, and a file of a few hundred bytes.
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

    private static byte[] File(NetworkWeights weights)
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
