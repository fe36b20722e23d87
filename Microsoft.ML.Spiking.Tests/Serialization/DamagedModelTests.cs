using System.Text;

namespace Microsoft.ML.Spiking.Tests.Serialization;

/// <summary>Model files that were changed, truncated or forged: one sentence says what is wrong.</summary>
[TestClass]
public sealed class DamagedModelTests
{
    private const string Definition = ModelZip.Definition;
    private const string Weights = ModelZip.Weights;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Load_AnyChangedByteOfDefinitionOrWeights_IsNoticed()
    {
        byte[] zip = Zip();
        foreach (string name in new[] { Definition, Weights })
        {
            byte[] content = ModelZip.Entry(zip, name);
            for (int position = 0; position < content.Length; position += 1 + (content.Length / 40))
            {
                byte[] changed = [.. content];
                changed[position] ^= 0x10;
                Assert.IsNotEmpty(LoadFault(ModelZip.With(zip, name, changed)), $"{name} at byte {position}");
            }
        }
    }

    [TestMethod]
    public void Load_ChangedWeight_SaysThatItWasDamaged()
    {
        byte[] zip = Zip();
        byte[] content = ModelZip.Entry(zip, Weights);
        content[^3] ^= 1;

        Assert.Contains("entry 'Weights.safetensors' was changed or damaged after it was written",
            LoadFault(ModelZip.With(zip, Weights, content)));
    }

    [TestMethod]
    public void Load_ChangedThreshold_SaysThatItWasDamaged()
    {
        byte[] zip = Zip();
        string text = Encoding.UTF8.GetString(ModelZip.Entry(zip, Definition))
            .Replace("\"threshold\": 1", "\"threshold\": 2", StringComparison.Ordinal);

        Assert.Contains("entry 'Network.json' was changed or damaged",
            LoadFault(ModelZip.With(zip, Definition, Encoding.UTF8.GetBytes(text))));
    }

    [TestMethod]
    [DataRow("\"version\": 1", "\"version\": 9", "saved by a newer version")]
    [DataRow("\"type\": \"clif\"", "\"type\": \"liquid\"",
        "'liquid', which this version of Microsoft.ML.Spiking does not know")]
    [DataRow("\"network\":", "\"network\" ", "The network's definition is damaged")]
    [DataRow("\"outputs\": 16", "\"outputs\": 17", "cannot exist")]
    public void Load_ChangedDefinition_SaysWhatIsWrong(string before, string after, string sentence)
    {
        byte[] zip = Zip();
        string text = Encoding.UTF8.GetString(ModelZip.Entry(zip, Definition));
        Assert.Contains(before, text);

        Assert.Contains(sentence,
            LoadFault(ModelZip.With(zip, Definition,
                Encoding.UTF8.GetBytes(text.Replace(before, after, StringComparison.Ordinal)))));
    }

    /// <summary>
    /// Definitions that used to hang, to overflow or to lead out of their buffers at the first score.
    /// </summary>
    [TestMethod]
    [DataRow("\"timeSteps\": 2", "\"timeSteps\": 5000000", "5,000,000 time steps are not possible")]
    [DataRow("\"layers\": [", "\"layers\": [ { \"type\": \"adaptiveAveragePool\", \"name\": \"p\", " +
        "\"output\": { \"height\": 46341, \"width\": 46341 } },", "Layer 'p'")]
    public void Load_DefinitionThatCannotBeScored_IsRefused(string before, string after, string sentence)
    {
        byte[] zip = Zip();
        string text = Encoding.UTF8.GetString(ModelZip.Entry(zip, Definition));
        Assert.Contains(before, text);
        text = text.Replace(before, after, StringComparison.Ordinal);

        string fault = LoadFault(ModelZip.WithChecksums(zip, Encoding.UTF8.GetBytes(text),
            ModelZip.Entry(zip, Weights)));

        Assert.Contains("describes a network that cannot exist", fault);
        Assert.Contains(sentence, fault);
    }

    /// <summary>ML.NET's reader trusts the schema: it must not see a changed one.</summary>
    [TestMethod]
    public void Load_AnyChangedByteOfTheTrainSchema_IsNoticed()
    {
        byte[] zip = Zip();
        byte[] content = ModelZip.Entry(zip, "TrainSchema");
        for (int position = 0; position < content.Length; position++)
        {
            byte[] changed = [.. content];
            changed[position] ^= (byte)(1 << (position % 8));
            Assert.Contains("entry 'TrainSchema' was changed or damaged",
                LoadFault(ModelZip.With(zip, "TrainSchema", changed)));
        }
    }

    [TestMethod]
    public void Load_ChangedColumnName_IsNoticed()
    {
        byte[] zip = Zip();
        byte[] main = ModelZip.Entry(zip, "TransformerChain/Model.key");
        byte[] name = Encoding.Unicode.GetBytes("PredictedLabel");
        int place = main.AsSpan().IndexOf(name);
        Assert.IsGreaterThan(0, place);
        main[place + 4] ^= 1;

        Assert.Contains("names of the model's columns were changed",
            LoadFault(ModelZip.With(zip, "TransformerChain/Model.key", main)));
    }

    [TestMethod]
    public void Load_ZerosBehindTheTrainSchema_AreNotRead()
    {
        byte[] zip = Zip();
        byte[] content = [.. ModelZip.Entry(zip, "TrainSchema"), .. new byte[64 << 20]];
        byte[] bomb = ModelZip.With(zip, "TrainSchema", content);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Contains("'TrainSchema' has 67,10", LoadFault(bomb));
        Assert.IsLessThan(16L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public void Load_WeightsOfAnotherNetwork_NamesTheArray()
    {
        byte[] other = Zip(Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.Network = new Spiking.Mlp(17)));

        Assert.Contains("'fc1.weight' in the shape [17, 4]; the network needs [16, 4]",
            LoadFault(ModelZip.With(Zip(), Weights, ModelZip.Entry(other, Weights))));
    }

    [TestMethod]
    [DataRow(Definition)]
    [DataRow(Weights)]
    public void Load_MissingEntry_NamesIt(string name) =>
        Assert.Contains($"The model has no entry '{name}'", LoadFault(ModelZip.With(Zip(), name, null)));

    [TestMethod]
    [DataRow("TrainSchema")]
    public void Load_MissingTrainSchema_SaysSo(string name) =>
        Assert.Contains($"'{name}'; the file is damaged", LoadFault(ModelZip.With(Zip(), name, null)));

    [TestMethod]
    public void Load_TruncatedZip_Throws()
    {
        byte[] zip = Zip();
        for (int length = 0; length < zip.Length; length += 97)
        {
            Assert.Throws<Exception>(() => Load(zip[..length]));
        }
    }

    [TestMethod]
    public void Load_TruncatedEntries_SaysWhatIsCutShort()
    {
        byte[] zip = Zip();
        byte[] weights = ModelZip.Entry(zip, Weights);

        Assert.Contains("is cut short", LoadFault(ModelZip.With(zip, Weights, weights[..^5])));
        Assert.Contains("is cut short", LoadFault(ModelZip.With(zip, Weights, weights[..5])));
        Assert.Contains("is damaged", LoadFault(ModelZip.With(zip, Definition, ModelZip.Entry(zip, Definition)[..^5])));
    }

    [TestMethod]
    public void Load_GigabytesAnnounced_AllocatesLittle()
    {
        byte[] zip = Zip(Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.InputNormalization = null));
        string text = Encoding.UTF8.GetString(ModelZip.Entry(zip, Definition));
        text = text.Replace("\"inputs\": 4,", "\"inputs\": 30000000,", StringComparison.Ordinal)
            .Replace("        4\n", "        30000000\n", StringComparison.Ordinal)
            .Replace("      4\n", "      30000000\n", StringComparison.Ordinal);
        byte[] weights = Encoding.UTF8.GetBytes(
            "{\"fc1.weight\":{\"dtype\":\"F32\",\"shape\":[16,30000000],\"data_offsets\":[0,1920000000]}," +
            "\"fc1.bias\":{\"dtype\":\"F32\",\"shape\":[16],\"data_offsets\":[1920000000,1920000064]}," +
            "\"output.weight\":{\"dtype\":\"F32\",\"shape\":[3,16],\"data_offsets\":[1920000064,1920000256]}," +
            "\"output.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[1920000256,1920000268]}}");
        zip = ModelZip.WithChecksums(zip, Encoding.UTF8.GetBytes(text),
            [.. BitConverter.GetBytes((long)weights.Length), .. weights]);
        long before = GC.GetTotalAllocatedBytes(precise: true);

        string fault = LoadFault(zip);

        Assert.Contains("its arrays need 1,920,000,268 bytes", fault);
        Assert.IsLessThan(64L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public void Load_LogsTheSentenceItself()
    {
        byte[] zip = ModelZip.With(Zip(), Weights, null);
        var ml = new MLContext();
        var errors = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Error)
            {
                errors.Add(e.RawMessage);
            }
        };

        Assert.Throws<Exception>(() => ml.Model.Load(new MemoryStream(zip), out _));

        Assert.AreEqual("The model has no entry 'Weights.safetensors'; the file is damaged.", errors.Single());
    }

    private byte[] Zip(SpikingPredictionTransformer? model = null)
    {
        IDataView data = Flowers.Keyed(_ml);
        using var stream = new MemoryStream();
        _ml.Model.Save(model ?? Flowers.Fit(_ml, data), data.Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] zip) => new MLContext().Model.Load(new MemoryStream(zip), out _);

    private static string LoadFault(byte[] zip)
    {
        Exception inner = Assert.Throws<Exception>(() => Load(zip)).GetBaseException();
        Assert.IsInstanceOfType<FormatException>(inner);
        return inner.Message;
    }
}
