using System.IO.Compression;
using System.Text;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests;

[TestClass]
public sealed class SpikingModelParametersTests
{
    private const string Definition = ModelZip.Definition;
    private const string Weights = ModelZip.Weights;

    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Load_SavedPipeline_ScoresTheSameBits()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows());
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.Transforms.NormalizeMinMax("Features"))
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = chain.Fit(data);
        using var stream = new MemoryStream();
        _ml.Model.Save(model, data.Schema, stream);

        ITransformer loaded = new MLContext().Model.Load(stream, out DataViewSchema schema);

        Assert.HasCount(data.Schema.Count, schema);
        Assert.AreSequenceEqual(Scores(model, data), Scores(loaded, data));
        Assert.AreSequenceEqual(model.Transform(data).GetColumn<string>("PredictedLabel").ToArray(),
            loaded.Transform(data).GetColumn<string>("PredictedLabel").ToArray());
    }

    [TestMethod]
    public void Load_LoadedModelSavedAgain_GivesTheSameEntries()
    {
        byte[] first = Zip();
        ITransformer loaded = _ml.Model.Load(new MemoryStream(first), out DataViewSchema schema);
        using var again = new MemoryStream();
        _ml.Model.Save(loaded, schema, again);

        foreach (string entry in new[] { Definition, Weights, "TrainSchema" })
        {
            Assert.AreSequenceEqual(ModelZip.Entry(first, entry), ModelZip.Entry(again.ToArray(), entry));
        }
    }

    [TestMethod]
    public void Load_SavedModel_KeepsSchemaAnnotationsAndNames()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        var loaded = (SpikingPredictionTransformer)Load(Zip(model));

        Assert.AreEqual(model.FeatureColumnName, loaded.FeatureColumnName);
        Assert.AreEqual(model.FeatureColumnType, loaded.FeatureColumnType);
        LayerAssert.AreEqual(model.Model.Network.Layers, loaded.Model.Network.Layers);
        DataViewSchema scored = loaded.GetOutputSchema(Flowers.Keyed(_ml).Schema);
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored["Score"].GetSlotNames(ref names);
        Assert.AreSequenceEqual(new[] { "a", "b", "c" }, names.DenseValues().Select(name => name.ToString()).ToArray());
        Assert.IsTrue(scored["PredictedLabel"].HasKeyValues());
    }

    [TestMethod]
    public void Save_OtherColumnsOfTheTraining_LeaveNoTrace()
    {
        Customer[] rows = [.. Flowers.Rows(300).Select((row, i) => new Customer
        {
            Features = row.Features, Label = row.Label, Email = $"customer{i}@example.com",
        })];
        IDataView data = _ml.Data.LoadFromEnumerable(rows);
        data = _ml.Transforms.Conversion.MapValueToKey("Label").Append(_ml.Transforms.Conversion.MapValueToKey("Email"))
            .Fit(data).Transform(data);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);

        byte[] zip = Zip(model);

        foreach (ZipArchiveEntry entry in new ZipArchive(new MemoryStream(zip)).Entries)
        {
            byte[] content = ModelZip.Read(entry);
            Assert.DoesNotContain("customer", Encoding.UTF8.GetString(content), $"entry {entry.FullName}");
        }
        Assert.IsLessThan(1000, ModelZip.Entry(zip, "TrainSchema").Length);
    }

    [TestMethod]
    public void Save_TrainedModel_HoldsNoTrainingData()
    {
        WeakReference data = TrainAndForget(out SpikingPredictionTransformer model);

        // Threads that have read the data may not have ended yet.
        for (int attempt = 0; attempt < 100 && data.IsAlive; attempt++)
        {
            Thread.Sleep(10);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.IsFalse(data.IsAlive);
        Assert.AreEqual(3, model.Model.Network.ClassCount);
    }

    [TestMethod]
    public void Save_Weights_AreAnEntryInTheSafetensorsLayout()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));

        byte[] file = ModelZip.Entry(Zip(model), Weights);

        var read = SafetensorsReader.Read(new MemoryStream(file), model.Model.Network);
        Assert.AreSequenceEqual(model.Model.Weights["fc1.weight"].Values.ToArray(),
            read["fc1.weight"].Values.ToArray());
    }

    [TestMethod]
    public void Save_FullDisk_ThrowsIOException()
    {
        if (!File.Exists("/dev/full"))
        {
            Assert.Inconclusive("This system has no /dev/full.");
        }
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);

        IOException exception = Assert.Throws<IOException>(() => _ml.Model.Save(model, data.Schema, "/dev/full"));

        Assert.Contains("No space left on device", exception.Message);
    }

    [TestMethod]
    public void Save_DiskThatFillsUpAnywhereInTheModel_ThrowsIOException()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer model = Flowers.Fit(_ml, data);
        // ML.NET ignores an error while the zip's directory is written, which comes last, at the end of the file.
        int content = BitConverter.ToInt32(Zip(model).AsSpan()[^6..^2]);
        Assert.IsGreaterThan(1000, content);

        for (int capacity = 0; capacity < content; capacity += 331)
        {
            using var disk = new FullDisk(capacity);
            Assert.Contains("full", Assert.Throws<IOException>(() => _ml.Model.Save(model, data.Schema, disk)).Message);
        }
    }

    [TestMethod]
    public void Dispose_Parameters_LeavesThemReadableAndSavable()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        model.Model.Dispose();

        Assert.AreEqual(4, model.Model.Network.InputShape[0]);
        Assert.IsNotEmpty(Zip(model));
        Assert.HasCount(90, model.Transform(Flowers.Keyed(_ml)).GetColumn<uint>("PredictedLabel").ToArray());
    }

    private byte[] Zip(SpikingPredictionTransformer? model = null)
    {
        IDataView data = Flowers.Keyed(_ml);
        using var stream = new MemoryStream();
        _ml.Model.Save(model ?? Flowers.Fit(_ml, data), data.Schema, stream);
        return stream.ToArray();
    }

    private static ITransformer Load(byte[] zip) => new MLContext().Model.Load(new MemoryStream(zip), out _);

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static WeakReference TrainAndForget(out SpikingPredictionTransformer model)
    {
        var ml = new MLContext(1);
        List<Flower> rows = Flowers.Rows();
        model = Flowers.Fit(ml, Flowers.Keyed(ml, rows));
        return new WeakReference(rows);
    }

    private sealed class Customer
    {
        public string Label { get; set; } = "";

        public string Email { get; set; } = "";

        [VectorType(4)]
        public float[] Features { get; set; } = [];
    }

    /// <summary>Accepts that many bytes and then throws.</summary>
    private sealed class FullDisk(int capacity) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(count);
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Check(buffer.Length);
            base.Write(buffer);
        }

        private void Check(int count)
        {
            if (Position + count > capacity)
            {
                throw new IOException("The disk is full.");
            }
        }
    }
}
