using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Training.Methods;

[TestClass]
public sealed class TeacherTests
{
    private readonly MLContext _ml = new(1);

    [TestMethod]
    public void Fit_LogitsAndFeatures_GivesAnOrdinaryModel()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer teacher = Rectifiers(data);
        using SpikingPredictionTransformer alone = Flowers.Fit(_ml, data);

        using SpikingPredictionTransformer taught = Fit(data, teacher);

        Assert.AreSequenceEqual(alone.Model.Network.Layers.Select(layer => layer.Name),
            taught.Model.Network.Layers.Select(layer => layer.Name));
        Assert.IsFalse(Weights(alone).SequenceEqual(Weights(taught)));
        using var zip = new MemoryStream();
        _ml.Model.Save(taught, data.Schema, zip);
        zip.Position = 0;
        Assert.AreSequenceEqual(Scores(taught, data), Scores(new MLContext().Model.Load(zip, out _), data));
        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(taught.Transform(data)).MicroAccuracy);
    }

    /// <summary>Labels that are all wrong count less than a teacher that knows better.</summary>
    [TestMethod]
    public void Fit_WrongLabels_LearnsFromTheTeacher()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer teacher = Rectifiers(data);
        List<Flower> rows = Flowers.Rows();
        rows.ForEach(row => row.Label = row.Label == "a" ? "b" : row.Label == "b" ? "c" : "a");
        IDataView wrong = _ml.Data.LoadFromEnumerable(rows);
        // The keys of the right labels.
        wrong = _ml.Transforms.Conversion.MapValueToKey("Label",
            keyData: _ml.Data.LoadFromEnumerable("abc".Select(label => new { Label = label.ToString() })))
            .Fit(wrong).Transform(wrong);

        using SpikingPredictionTransformer taught = Flowers.Fit(_ml, wrong, options =>
            options.Teacher = new Teacher(teacher.Model) { LogitWeight = 100 });

        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(taught.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_NoWeights_GivesTheWeightsOfNoTeacher()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer teacher = Rectifiers(data);
        using SpikingPredictionTransformer alone = Flowers.Fit(_ml, data);

        using SpikingPredictionTransformer taught = Flowers.Fit(
            _ml, data, options => options.Teacher = new Teacher(teacher.Model) { LogitWeight = 0 });

        Assert.AreSequenceEqual(Weights(alone), Weights(taught));
    }

    [TestMethod]
    public void Fit_OtherModel_IsAskedForEveryBatch()
    {
        IDataView data = Flowers.Keyed(_ml);
        var model = new Sums();

        using SpikingPredictionTransformer taught =
            Flowers.Fit(_ml, data, options => options.Teacher = new Teacher(model));

        Assert.AreEqual(8 * 90, model.Rows);
        Assert.IsGreaterThan(0.95, _ml.MulticlassClassification.Evaluate(taught.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_Interrupted_GoesOnWithTheSameTeacherAlone()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer teacher = Rectifiers(data);
        using SpikingPredictionTransformer whole = Fit(data, teacher);
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(data, teacher, options =>
        {
            (options.CheckpointFolder, options.CancellationToken) = (folder.Path, source.Token);
            options.ProgressCallback = progress =>
            {
                if (progress is { Epoch: 3, Rows: 32 })
                {
                    source.Cancel();
                }
            };
        }));
        using SpikingPredictionTransformer other = Rectifiers(data, seed: 8);
        Assert.Contains("TeacherIdentity", Assert.Throws<InvalidOperationException>(() => Fit(data, other, options =>
            options.CheckpointFolder = folder.Path)).Message);

        using SpikingPredictionTransformer resumed =
            Fit(data, teacher, options => options.CheckpointFolder = folder.Path);

        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    [TestMethod]
    public void Fit_MeansOverTimeFurtherAndImages_LearnFeatures()
    {
        IDataView data = Flowers.Keyed(_ml);
        void Images(SpikingClifTrainer.Options options)
        {
            options.InputShape = [1, 2, 2];
            options.Network = new NetworkBuilder().Convolution(5, 3, padding: 1).Neuron().Flatten().Build();
        }
        using SpikingPredictionTransformer teacher = Rectifiers(data, change: Images);

        void Represented(SpikingClifTrainer.Options options)
        {
            Images(options);
            options.Network = new NetworkBuilder().Convolution(3, 3, padding: 1).Neuron().Flatten().Build();
            options.Neuron = new IfNeuron { InitialPotential = 0.5 };
            options.Gradient = new SpikeRepresentationGradient { LearnThreshold = true };
        }
        using SpikingPredictionTransformer taught = Fit(data, teacher, Represented);
        SpikingClifTrainer.Options further = Flowers.Quick();
        Represented(further);
        (further.Epochs, further.LearningRate) = (1, 1e-9);
        further.Teacher = new Teacher(teacher.Model) { FeatureWeight = 1 };
        using SpikingPredictionTransformer again =
            _ml.MulticlassClassification.Trainers.SpikingClif(further).Fit(data, taught);

        foreach ((float before, float after) in Scores(taught, data).Zip(Scores(again, data)))
        {
            Assert.AreEqual(before, after, 1e-4f);
        }
    }

    [TestMethod]
    public void Options_ThatExcludeATeacher_AreRefusedByName()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer teacher = Rectifiers(data);
        string Message(Teacher chosen, Action<SpikingClifTrainer.Options>? change = null)
        {
            SpikingClifTrainer.Options options = Flowers.Quick();
            options.Teacher = chosen;
            change?.Invoke(options);
            return Assert.Throws<ArgumentException>(options.Validate).Message;
        }
        Assert.Contains("Teacher.Temperature is 0", Message(new Teacher(teacher.Model) { Temperature = 0 }));
        Assert.Contains("Teacher.Blur is 1", Message(new Teacher(teacher.Model) { Blur = 1 }));
        Assert.Contains("a Sums, which gives logits alone", Message(new Teacher(new Sums()) { FeatureWeight = 1 }));
        Assert.Contains("ActivationCheckpointing is true", Message(
            new Teacher(teacher.Model) { FeatureWeight = 1 }, options => options.ActivationCheckpointing = true));
        Assert.Contains("same height and width", Assert.Throws<NetworkDefinitionException>(() => Fit(data, teacher,
            options =>
            {
                options.InputShape = [1, 2, 2];
                options.Network = new ConvNet(3);
            })).Message);
        Assert.Contains("takes 4 features and has 3 classes", Assert.Throws<NetworkDefinitionException>(() =>
            Flowers.Fit(_ml, TwoFeatures(), options => options.Teacher = new Teacher(teacher.Model))).Message);
    }

    private IDataView TwoFeatures()
    {
        IDataView data = _ml.Data.LoadFromEnumerable(Flowers.Rows().Select(row => new Pair
        {
            Features = [row.Features[0], row.Features[1]],
            Label = row.Label,
        }));
        return _ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);
    }

    private SpikingPredictionTransformer Rectifiers(
        IDataView data, int seed = 3, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, data, options =>
        {
            (options.Neuron, options.TimeSteps, options.Network) = (new ReluNeuron(), 1, new Mlp(12));
            options.Seed = seed;
            change?.Invoke(options);
        });

    private SpikingPredictionTransformer Fit(IDataView data, SpikingPredictionTransformer teacher,
        Action<SpikingClifTrainer.Options>? change = null) => Flowers.Fit(_ml, data, options =>
        {
            options.Teacher = new Teacher(teacher.Model) { FeatureWeight = 0.5 };
            change?.Invoke(options);
        });

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static float[] Scores(ITransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private sealed class Pair
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        public string Label { get; set; } = "";
    }

    /// <summary>Knows the flowers: features f with f % 3 of the class are large.</summary>
    private sealed class Sums : ITeacherModel
    {
        public int Rows { get; private set; }

        public int FeatureCount => 4;

        public int ClassCount => 3;

        public string Identity => "sums";

        public void Score(ReadOnlySpan<float> features, int rows, Span<float> logits)
        {
            Rows += rows;
            for (int row = 0; row < rows; row++)
            {
                for (int label = 0; label < 3; label++)
                {
                    logits[(row * 3) + label] = 3 * features[(row * 4) + label];
                }
            }
        }
    }
}
