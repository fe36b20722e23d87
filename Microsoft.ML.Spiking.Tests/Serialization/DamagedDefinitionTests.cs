using System.Text;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Serialization;

namespace Microsoft.ML.Spiking.Tests.Serialization;

/// <summary>Definitions that are damaged, of another version, too large or impossible: one sentence each.</summary>
[TestClass]
public sealed class DamagedDefinitionTests
{
    private const string NoFormat =
        "does not start with the format \"Microsoft.ML.Spiking.Network\" and a version.";

    private const string Unknown = ", which this version of Microsoft.ML.Spiking does not know as ";

    private const string Newer = "; it is damaged, or was written by a newer version.";

    private const string Impossible = "describes a network that cannot exist: ";

    private const string Damaged = "is damaged, or was written by a newer version: ";

    [TestMethod]
    [DataRow("\"type\": \"clif\"", "\"type\": \"ultra\"", "uses the type 'ultra'" + Unknown + "a neuron" + Newer)]
    [DataRow("\"type\": \"linear\"", "\"type\": \"attention\"",
        "uses the type 'attention'" + Unknown + "a layer" + Newer)]
    [DataRow("\"type\": \"atan\"", "\"type\": \"bell\"",
        "uses the type 'bell'" + Unknown + "a surrogate gradient" + Newer)]
    [DataRow("\"type\": \"direct\"", "\"type\": \"rank\"", "uses the type 'rank'" + Unknown + "an encoder" + Newer)]
    [DataRow("\"version\": 1", "\"version\": 4",
        "has the format version 4; this version of Microsoft.ML.Spiking reads up to 3. " +
            "The model was saved by a newer version: update the package.")]
    [DataRow("\"version\": 1", "\"version\": \"1\"", NoFormat)]
    [DataRow("\"version\": 1", "\"version\": 1.5", NoFormat)]
    [DataRow("\"version\": 1", "\"version\": 0", NoFormat)]
    [DataRow("\"version\"", "\"revision\"", NoFormat)]
    [DataRow("Spiking.Network", "Spiking.Wetwork", NoFormat)]
    [DataRow("\"format\"", "\"formal\"", NoFormat)]
    [DataRow("\"Microsoft.ML.Spiking.Network\"", "7", NoFormat)]
    [DataRow("\"network\"", "\"netwurk\"", "has no network.")]
    [DataRow("\"threshold\": 1", "\"threshold\": -1",
        Impossible + "Layer 'neuron1': ClifNeuron.Threshold is -1; it " +
        "must be a finite number greater than 0, in float32 too.")]
    [DataRow("\"timeSteps\": 2", "\"timeSteps\": 0", Impossible + "0 time steps are not possible; 1 to 1,000 are.")]
    [DataRow("\"timeSteps\": 2", "\"timeSteps\": 2, \"delays\": 7",
        Damaged + "a network has the unknown member 'delays'.")]
    [DataRow("\"timeSteps\": 2,", "", Damaged + "a network lacks the member 'timeSteps'.")]
    [DataRow("\"type\": \"direct\"", "\"type\": \"direct\", \"seed\": 1",
        Damaged + "an encoder has the unknown member 'seed'.")]
    [DataRow("\"name\": \"fc2\"", "\"name\": \"fc1\"",
        Impossible + "The layer at index 3 is named 'fc1'; names must be unique, not empty, and of " +
            "at most 128 characters.")]
    [DataRow("\"name\": \"fc2\"", "\"name\": null",
        Damaged + "the member 'name' of a layer is of another kind than expected.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 6",
        Impossible + "Layer 'fc2': expects a vector of 5 values and is given [6] Spikes.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"sparsity\": 0.5",
        Damaged + "a layer has the unknown member 'sparsity'.")]
    [DataRow("\"threshold\": 1", "\"threshold\": 1, \"refractory\": 2",
        Damaged + "a neuron has the unknown member 'refractory'.")]
    [DataRow("\"alpha\": 2", "\"alpha\": 2, \"beta\": 2",
        Damaged + "a surrogate gradient has the unknown member 'beta'.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5.5",
        Damaged + "the member 'outputs' of a layer holds something else than a whole number from " +
            "-2147483648 to 2147483647.")]
    [DataRow("\"outputs\": 5", "\"outputs\": \"5\"",
        Damaged + "the member 'outputs' of a layer is of another kind than expected.")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5000000000",
        Damaged + "the member 'outputs' of a layer holds something else than a whole number from " +
            "-2147483648 to 2147483647.")]
    [DataRow("\"threshold\": 1", "\"threshold\": true",
        Damaged + "the member 'threshold' of a neuron is of another kind than expected.")]
    [DataRow("\"detachReset\": false", "\"detachReset\": 0",
        Damaged + "the member 'detachReset' of a neuron is of another kind than expected.")]
    [DataRow("\"type\": \"dropout\",", "", Damaged + "a layer lacks the member 'type'.")]
    [DataRow("\"type\": \"neuron\"", "\"type\": \"clif\"", "uses the type 'clif'" + Unknown + "a layer" + Newer)]
    public void Read_ChangedDocument_SaysWhatIsWrong(string before, string after, string sentence)
    {
        string text = Text();
        Assert.Contains(before, text);

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => Read(text.Replace(before, after, StringComparison.Ordinal)));

        Assert.AreEqual($"The network's definition {sentence}", exception.Message);
    }

    [TestMethod]
    public void Read_MemberTwice_SaysThatItIsDamaged() => Assert.StartsWith(
        $"The network's definition {Damaged}Duplicate", Assert.ThrowsExactly<FormatException>(() => Read(Text().Replace(
            "\"timeSteps\": 2", "\"timeSteps\": 2, \"timeSteps\": 3", StringComparison.Ordinal))).Message);

    [TestMethod]
    [DataRow("")]
    [DataRow("{")]
    [DataRow("[]")]
    [DataRow("null")]
    [DataRow("\0\0\0\0")]
    public void Read_NoDocument_ThrowsFormatException(string text) =>
        Assert.ThrowsExactly<FormatException>(() => Read(text));

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryTruncation_ThrowsFormatException()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Text().TrimEnd());
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new MemoryStream(bytes, 0, length)),
                $"{length} bytes");
        }
    }

    [TestMethod]
    [TestCategory(SlowTests.Category)]
    public void Read_EveryChangedByte_ThrowsFormatExceptionOrGivesANetwork()
    {
        byte[] bytes = DefinitionJson.Write(SmallNetworks.Small());
        int refused = 0;
        for (int position = 0; position < bytes.Length; position++)
        {
            foreach (byte value in new byte[] { 0, 0xFF, (byte)(bytes[position] ^ 1), (byte)'9', (byte)'\\' })
            {
                byte[] changed = [.. bytes];
                changed[position] = value;
                try
                {
                    // A digit may become another one, which only the checksum can detect.
                    Assert.AreEqual(3, DefinitionJson.Read(new MemoryStream(changed)).ClassCount);
                }
                catch (FormatException)
                {
                    refused++;
                }
            }
        }
        Assert.IsGreaterThan(bytes.Length, refused);
    }

    [TestMethod]
    public void Read_TwoLayersOfOneName_NamesTheLayer()
    {
        var definition = new NetworkDefinition([2], 1, new DirectEncoder(),
        [
            new LinearLayer("a", 2, 2),
            new NeuronLayer("n", new PlifNeuron()),
            new NeuronLayer("m", new PlifNeuron()),
            new LinearLayer("b", 2, 2),
        ], 2);
        string text = Encoding.UTF8.GetString(DefinitionJson.Write(definition));

        FormatException exception = Assert.ThrowsExactly<FormatException>(
            () => Read(text.Replace("\"name\": \"m\"", "\"name\": \"n\"", StringComparison.Ordinal)));

        Assert.Contains("'n'", exception.Message);
    }

    [TestMethod]
    public void Read_EndlessStream_StopsAtTheLimit()
    {
        FormatException exception =
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new EndlessStream()));

        Assert.Contains("longer than", exception.Message);
    }

    /// <summary>A name of a million characters costs its own length and is cut where it is quoted.</summary>
    [TestMethod]
    [DataRow("\"type\": \"clif\"", "\"type\": \"#\"")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"#\": 1")]
    [DataRow("\"name\": \"fc2\"", "\"name\": \"#\"")]
    [DataRow("\"outputs\": 5", "\"outputs\": 5, \"#\": 1, \"#\": 1")]
    public void Read_EndlessText_IsQuotedInPart(string before, string after)
    {
        string text = Text();
        Assert.Contains(before, text);
        text = text.Replace(before, after.Replace("#", new string('x', 1_000_000), StringComparison.Ordinal),
            StringComparison.Ordinal);

        FormatException exception = Assert.ThrowsExactly<FormatException>(() => Read(text));

        Assert.IsLessThan(700, exception.Message.Length);
    }

    [TestMethod]
    public void Read_MoreThanTheLongestDefinition_IsRefusedAndAllocatesLittle()
    {
        byte[] bytes = Encoding.UTF8
            .GetBytes(Text().Replace("\"fc2\"", $"\"{new string('x', 10_000_000)}\"", StringComparison.Ordinal));
        long before = GC.GetAllocatedBytesForCurrentThread();

        string message =
            Assert.ThrowsExactly<FormatException>(() => DefinitionJson.Read(new MemoryStream(bytes))).Message;

        Assert.Contains("longer than 4,194,304 bytes", message);
        Assert.IsLessThan(20L << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Text() => Encoding.UTF8.GetString(DefinitionJson.Write(SmallNetworks.Small(dropout: 0.25)));

    private static NetworkDefinition Read(string text) =>
        DefinitionJson.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));
}
