using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>
/// Data that cannot be trained on or scored is refused with a sentence that says what is wrong, where, and what to do.
/// </summary>
[TestClass]
public sealed class BadInputTests
{
    private readonly MLContext _ml = new(1);

    /// <summary>Hashed words at 20 bits into 512 neurons: one sentence before a row is read.</summary>
    [TestMethod]
    public void Fit_WeightsOfTwoGigabytes_NamesTheLayerItsSizeAndWhatToLower()
    {
        var ml = new MLContext(1);
        SchemaDefinition schema = SchemaDefinition.Create(typeof(HashedWords));
        schema[nameof(HashedWords.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 1 << 20);
        IDataView data = ml.Data.LoadFromEnumerable(Unread(), schema);

        string message =
            Assert.Throws<Exception>(() => Flowers.Fit(ml, data, options => options.Network = new Mlp(512)))
            .GetBaseException().Message;

        Assert.Contains("Layer 'fc1': its array 'fc1.weight' has the shape [512, 1048576], 2,147,483,648 bytes",
            message);
        Assert.Contains("Lower its 512 outputs or its 1,048,576 inputs", message);
    }

    private static IEnumerable<HashedWords> Unread()
    {
        Assert.Fail("A row was read before the network was refused.");
        yield break;
    }

    private sealed class HashedWords
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public VBuffer<float> Features { get; set; }
    }

    [TestMethod]
    public void Fit_NoRows_SaysSo() =>
        AssertRefused<InvalidOperationException>(() => Flowers.Fit(_ml, FlowersWith([])),
            "The training data has no rows.");

    [TestMethod]
    public void Fit_AllRowsSkipped_CountsTheReasons()
    {
        List<Flower> rows = Flowers.Rows(6);
        rows.ForEach(row => row.Features[0] = float.NaN);
        rows[5].Label = "x";

        AssertRefused<InvalidOperationException>(() => Flowers.Fit(_ml, FlowersWith(rows)),
            "No training rows are left: 6 of 6 (5 with missing or infinite features, 1 without a label).");
    }

    [TestMethod]
    public void Fit_NoRowsBehindTheirOwnMapping_SaysSo()
    {
        AssertRefused<InvalidOperationException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml, [])), "The training data has no rows.");
        AssertRefused<InvalidOperationException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())
                .Fit(FlowersWith(Flowers.Rows()), Flowers.Keyed(_ml, [])),
            "The validation data has no rows.");
    }

    [TestMethod]
    public void Fit_OneClassAmongTheRows_TrainsWithAWarning()
    {
        var warnings = new List<string>();
        _ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(e.RawMessage);
            }
        };

        SpikingPredictionTransformer model =
            Flowers.Fit(_ml, FlowersWith(Flowers.Rows().Where(row => row.Label == "b")),
            options => (options.MemoryBudget, options.ClassWeighting) = (1, ClassWeighting.Balanced));

        Assert.AreEqual("All 30 usable rows of the training data have the same label in column 'Label': the model " +
            "learns to predict no other.", warnings.Single());
        IDataView scored = model.Transform(FlowersWith(Flowers.Rows()));
        Assert.IsTrue(scored.GetColumn<uint>("PredictedLabel").All(label => label == 2));
        Assert.IsTrue(scored.GetColumn<float[]>("Score")
            .All(scores => scores.Length == 3 && scores.All(float.IsFinite)));
    }

    [TestMethod]
    public void CrossValidate_FoldsOfOneClass_HaveModelsAndMetrics()
    {
        // Groups "c" alone against "a" and "b": one fold trains on a single class.
        IEnumerable<Flower> rows = Flowers.Rows().Where(row => row.Label != "b").Select(row =>
        {
            row.Name = row.Label;
            return row;
        });

        var folds = _ml.MulticlassClassification.CrossValidate(FlowersWith(rows),
            _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()), numberOfFolds: 2,
                samplingKeyColumnName: "Name");

        Assert.HasCount(2, folds);
        Assert.IsTrue(folds.All(fold => double.IsFinite(fold.Metrics.MicroAccuracy)));
    }

    [TestMethod]
    public void Fit_KeyOfOneClass_SaysSo() =>
        AssertRefused<ArgumentException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml, Flowers.Rows().Where(row => row.Label == "b"))),
            "The label column 'Label' has a single key; at least two classes are needed.");

    [TestMethod]
    public void Fit_CudaDeviceThatIsNotThere_SaysSo() =>
        AssertRefused<InvalidOperationException>(
            () => Flowers.Fit(_ml, FlowersWith(Flowers.Rows()),
                options => (options.Device, options.CudaDeviceIndex) = (ComputeDevice.Cuda, 99)),
            "was asked for, but");

    [TestMethod]
    public void Fit_ValidationWithoutUsableRows_SaysSo() =>
        AssertRefused<InvalidOperationException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())
                .Fit(FlowersWith(Flowers.Rows()), FlowersWith([])),
            "The validation data has no rows.");

    [TestMethod]
    public void Fit_LabelNoKey_NamesTypeAndRemedy() =>
        AssertRefused<ArgumentException>(() => Flowers.Fit(_ml, _ml.Data.LoadFromEnumerable(Flowers.Rows())),
            "The label column 'Label' is of type String; a key of UInt32 is needed. Map it with " +
            "Transforms.Conversion.MapValueToKey.");

    [TestMethod]
    public void Fit_LabelKeyOfBytes_NamesTypeAndRemedy() =>
        AssertRefused<ArgumentException>(() => Flowers.Fit(_ml, _ml.Data.LoadFromEnumerable(new[] { new ByteKey() })),
            "The label column 'Label' is of type Key<Byte>; a key of UInt32 is needed.");

    [TestMethod]
    public void Fit_KeyWithoutCount_SaysSo()
    {
        // Without a count, KeyCount takes the largest that the type can hold.
        TextLoader loader = _ml.Data.CreateTextLoader(
        [
            new TextLoader.Column("Label", DataKind.UInt32, [new TextLoader.Range(0)], new KeyCount()),
            new TextLoader.Column("Features", DataKind.Single, 1, 4),
        ]);

        AssertRefused<ArgumentException>(() => Flowers.Fit(_ml, loader.Load(new MultiFileSource(null))),
            "The label column 'Label' does not say how many keys there are.");
    }

    [TestMethod]
    public void Fit_KeyWithMillions_SaysSo() =>
        AssertRefused<ArgumentException>(() => Flowers.Fit(_ml, _ml.Data.LoadFromEnumerable(new[] { new HugeKey() })),
            "The label column 'Label' has 2,000,000 keys; at most 1,048,576 classes are possible.");

    [TestMethod]
    [DataRow("Label")]
    [DataRow("Features")]
    [DataRow("Weight")]
    public void Fit_MissingColumn_NamesItAndTheOthers(string column)
    {
        IDataView data = _ml.Transforms.DropColumns(column).Fit(Flowers.Keyed(_ml)).Transform(Flowers.Keyed(_ml));

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => Flowers.Fit(_ml, data, options => options.ExampleWeightColumnName = "Weight"));

        Assert.Contains($"The data has no column '{column}', which is named as the", exception.Message);
        Assert.Contains("Its columns are: ", exception.Message);
        Assert.Contains("'Number'", exception.Message);
    }

    [TestMethod]
    public void FitOfAChain_MissingColumn_NamesIt()
    {
        var chain = _ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(_ml.MulticlassClassification.Trainers.SpikingClif(featureColumnName: "Pixels"));

        AssertRefused<ArgumentException>(() => chain.Fit(_ml.Data.LoadFromEnumerable(Flowers.Rows())),
            "The data has no column 'Pixels', which is named as the feature column.");
    }

    [TestMethod]
    [DataRow("Tail",
        "is of type VarVector<Single>; a vector of Single of known size is needed. A network needs the same number " +
        "of values in every row")]
    [DataRow("Weight",
        "is of type Single; a vector of Single of known size is needed. Make it a vector with Transforms.Concatenate.")]
    [DataRow("Number",
        "is of type Double; a vector of Single of known size is needed. Convert it with " +
        "Transforms.Conversion.ConvertType")]
    [DataRow("Name", "is of type String; a vector of Single of known size is needed.")]
    public void Fit_FeatureOfAWrongType_NamesTypeAndRemedy(string column, string sentence) =>
        AssertRefused<ArgumentException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.FeatureColumnName = column),
            $"The feature column '{column}' {sentence}");

    [TestMethod]
    public void Fit_WeightOfAWrongType_NamesTypeAndRemedy() =>
        AssertRefused<ArgumentException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml), options => options.ExampleWeightColumnName = "Number"),
            "The example weight column 'Number' is of type Double; a Single is needed. Convert it");

    [TestMethod]
    public void Fit_ClassWeightsOfAnotherCount_NamesBoth() =>
        AssertRefused<ArgumentException>(
            () => Flowers.Fit(_ml, Flowers.Keyed(_ml),
                options => (options.ClassWeighting, options.ClassWeights) = (ClassWeighting.Given, [1f, 2f])),
            "ClassWeights has 2 weights and the label column 'Label' has 3 keys; give one weight for each.");

    [TestMethod]
    public void Fit_ValidationOfAnotherKey_NamesBoth() =>
        AssertRefused<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick())
                .Fit(Flowers.Keyed(_ml), Flowers.Keyed(_ml, Flowers.Rows(2))),
            "The label column 'Label' has 2 keys in the validation data and 3 in the training data.");

    [TestMethod]
    public void Fit_ValidationMappedByAnotherFit_NamesTheKey()
    {
        IEnumerable<Flower> reordered = Flowers.Rows().OrderByDescending(row => row.Label, StringComparer.Ordinal);
        List<Flower> renamed = Flowers.Rows();
        renamed.ForEach(row => row.Label = row.Label == "b" ? "rose" : row.Label);
        SpikingClifTrainer trainer = _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());

        AssertRefused<ArgumentException>(() => trainer.Fit(Flowers.Keyed(_ml), Flowers.Keyed(_ml, reordered)),
            "The label column 'Label' has its keys in another order in the validation data: its key 1 is 'c' there " +
            "and 'a' in the training data. Fit MapValueToKey once and transform both with it.");
        AssertRefused<ArgumentException>(() => trainer.Fit(Flowers.Keyed(_ml), Flowers.Keyed(_ml, renamed)),
            "The label column 'Label' has other keys in the validation data: its key 2 is 'rose' there and 'b' in");
        trainer.Fit(Flowers.Keyed(_ml), Flowers.Keyed(_ml, Flowers.Rows(60)));
    }

    [TestMethod]
    [DataRow(new[] { 2, 2, 3 }, new[] { 2, 3, 2 })]
    [DataRow(new[] { 3, 4 }, new[] { 4, 3 })]
    public void Fit_ValidationOfAnotherShape_NamesBoth(int[] train, int[] validation)
    {
        IDataView Rows(int[] shape)
        {
            var schema = SchemaDefinition.Create(typeof(Shaped));
            schema[nameof(Shaped.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape);
            return _ml.Data
                .LoadFromEnumerable(Enumerable.Range(0, 6).Select(i => new Shaped { Label = (uint)(i % 2) }), schema);
        }

        AssertRefused<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(Rows(train), Rows(validation)),
            $"has the shape [{string.Join(", ", validation)}] in the validation data and " +
            $"[{string.Join(", ", train)}] in the training");
    }

    [TestMethod]
    public void Fit_ValidationOfAnotherSize_NamesBoth()
    {
        IDataView wide = _ml.Transforms.Concatenate("Features", "Features", "Weight").Fit(Flowers.Keyed(_ml))
            .Transform(Flowers.Keyed(_ml));

        AssertRefused<ArgumentException>(
            () => _ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick()).Fit(Flowers.Keyed(_ml), wide),
            "The feature column 'Features' has 5 values in the validation data and 4 in the training data.");
    }

    [TestMethod]
    public void Transform_FeatureMissingOrOfAnotherSize_SaysSo()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        IDataView without =
            _ml.Transforms.DropColumns("Features").Fit(Flowers.Keyed(_ml)).Transform(Flowers.Keyed(_ml));
        IDataView wide = _ml.Transforms.Concatenate("Features", "Features", "Weight").Fit(Flowers.Keyed(_ml))
            .Transform(Flowers.Keyed(_ml));

        AssertRefused<ArgumentException>(() => model.Transform(without),
            "The data has no column 'Features', from which the model reads its features.");
        AssertRefused<ArgumentException>(() => model.GetOutputSchema(wide.Schema),
            "the model was trained on vectors of 4 values of Single.");
    }

    [TestMethod]
    public void Transform_RowsThatAreNotFinite_GetNaNAndTheMissingKey()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        List<Flower> rows = Flowers.Rows(200);
        foreach (int bad in new[] { 0, 77, 130 })
        {
            rows[bad].Features[bad % 4] = bad == 77 ? float.NegativeInfinity : float.NaN;
        }

        IDataView scored = model.Transform(_ml.Data.LoadFromEnumerable(rows));

        uint[] labels = [.. scored.GetColumn<uint>("PredictedLabel")];
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        for (int i = 0; i < rows.Count; i++)
        {
            bool isBad = i is 0 or 77 or 130;
            Assert.AreEqual(isBad, labels[i] == 0, $"row {i}");
            Assert.AreEqual(isBad, scores[i].All(float.IsNaN), $"row {i}");
            Assert.AreEqual(isBad, scores[i].Any(float.IsNaN), $"row {i}");
        }
    }

    [TestMethod]
    public void Predict_FeaturesThatAreNotFinite_GetNaNAndTheMissingKey()
    {
        SpikingPredictionTransformer model = Flowers.Fit(_ml, Flowers.Keyed(_ml));
        using PredictionEngine<Flower, Prediction> engine = _ml.Model.CreatePredictionEngine<Flower, Prediction>(model);
        Flower row = Flowers.Rows(1)[0];
        uint good = engine.Predict(row).PredictedLabel;
        row.Features[2] = float.NaN;

        Prediction prediction = engine.Predict(row);

        Assert.AreEqual(1u, good);
        Assert.AreEqual(0u, prediction.PredictedLabel);
        Assert.IsTrue(prediction.Score.All(float.IsNaN));
    }

    private IDataView FlowersWith(IEnumerable<Flower> rows) =>
        _ml.Transforms.Conversion.MapValueToKey("Label").Fit(_ml.Data.LoadFromEnumerable(Flowers.Rows()))
            .Transform(_ml.Data.LoadFromEnumerable(rows));

    private static void AssertRefused<TException>(Action action, string sentence)
        where TException : Exception =>
        Assert.Contains(sentence, Assert.Throws<TException>(action).Message);

    private sealed class Shaped
    {
        [KeyType(2)]
        public uint Label { get; set; }

        public float[] Features { get; set; } = new float[12];
    }

    private sealed class ByteKey
    {
        [KeyType(3)]
        public byte Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = new float[4];
    }

    private sealed class HugeKey
    {
        [KeyType(2_000_000)]
        public uint Label { get; set; }

        [VectorType(4)]
        public float[] Features { get; set; } = new float[4];
    }
}
