using System.Text;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

/// <summary>Arrays of int8 in a safetensors file, as they are and damaged.</summary>
[TestClass]
public sealed class StoredArraysTests
{
    private const string Codes = "\"a\":{\"dtype\":\"I8\",\"shape\":[2,3],\"data_offsets\":[0,6]}";
    private const string Scales =
        "\"a.int8_scale\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[6,14]}";

    [TestMethod]
    public void Read_WrittenWeights_AreTheSameInFewerBytes()
    {
        NetworkDefinition network = SmallNetworks.Small();
        NetworkWeights written =
            WeightQuantization.Apply(network, SmallNetworks.Weights(network), WeightPrecision.Int8);
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, written);
        stream.Position = 0;

        NetworkWeights read = SafetensorsReader.Read(stream, network, stream.Length);

        foreach (WeightArray array in written)
        {
            Assert.AreEqual(array.Precision, read[array.Name].Precision);
            Assert.AreSequenceEqual(array.Values.ToArray(), read[array.Name].Values.ToArray());
            Assert.AreSequenceEqual(array.Int8?.Codes ?? [], read[array.Name].Int8?.Codes ?? []);
        }
        string header = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Contains("\"version\":\"2\"", header);
        Assert.Contains("\"fc1.weight\":{\"dtype\":\"I8\",\"shape\":[5,4],\"data_offsets\":", header);
    }

    [TestMethod]
    public void ReadArrays_CodesAndScales_AreMultiplied()
    {
        WeightArray array = Assert.ContainsSingle(Read($"{{{Codes},{Scales}}}",
            [1, 2, 0xFF, 0x80, 127, 0, .. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(2f)]));

        Assert.AreSequenceEqual([0.5f, 1, -0.5f, -256, 254, 0], array.Values.ToArray());
        Assert.AreEqual(WeightPrecision.Int8, array.Precision);
    }

    [TestMethod]
    [DataRow("{" + Codes + "}", 6)]
    [DataRow("{" + Codes + """,  "a.int8_scale":{"dtype":"F32","shape":[3],"data_offsets":[6,18]}}""", 18)]
    [DataRow("{" + Codes + """,  "a.int8_scale":{"dtype":"F32","shape":[1,2],"data_offsets":[6,14]}}""", 14)]
    [DataRow("""{"a":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}""", 1)]
    public void ReadArrays_CodesWithoutTheirScales_SayWhatIsMissing(string header, int bytes) => Assert.AreEqual(
        "The file of weights holds the array 'a' as I8 and lacks its scales, an array 'a.int8_scale' of F32 with one " +
        "for each output.",
        Assert.ThrowsExactly<FormatException>(() => Read(header, new byte[bytes])).Message);

    [TestMethod]
    public void ReadArrays_FileThatEndsWithinTheCodes_NamesThem() => Assert.Contains(
        "is cut short within the array 'a'",
        Assert.ThrowsExactly<FormatException>(() => Read($"{{{Codes},{Scales}}}", new byte[5])).Message);

    [TestMethod]
    public void Read_BiasOfInt8_IsRefused()
    {
        NetworkDefinition network = SmallNetworks.Small();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, [.. SmallNetworks.Weights(network).Select(array =>
            new WeightArray(array.Name, array.Shape, Int8Rows.Of(array.Array, array.Shape[0])))]);
        stream.Position = 0;

        Assert.Contains("as I8; only weights of layers may be.",
            Assert.ThrowsExactly<FormatException>(() => SafetensorsReader.Read(stream, network)).Message);
    }

    private static IReadOnlyList<WeightArray> Read(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        return SafetensorsReader.ReadArrays(
            new MemoryStream([.. BitConverter.GetBytes((long)json.Length), .. json, .. data]));
    }
}
