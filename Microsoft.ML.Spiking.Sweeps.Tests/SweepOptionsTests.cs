using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

[TestClass]
public sealed class SweepOptionsTests
{
    // AutoML's own: it writes a set of parameters and reads it into the class.
    private static readonly JsonSerializerOptions AutoML = new()
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private static readonly SpikingClifSweepOptions Other = new()
    {
        LearningRate = 0.0123,
        WeightDecay = 3e-5,
        TimeSteps = 7,
        Network = "64",
        Neuron = SweepNeuron.Klif,
        Dropout = 0.11,
        BatchSize = 32,
        LabelSmoothing = 0.15,
        ReceptiveFields = 16,
        AugmentationStrength = 0.5,
        GradientHorizon = 2,
    };

    [TestMethod]
    public void ToOptions_Defaults_AreTheTrainers()
    {
        SpikingClifTrainer.Options expected = new(), actual = new SpikingClifSweepOptions().ToOptions();
        foreach (PropertyInfo property in typeof(SpikingClifTrainer.Options).GetProperties())
        {
            Assert.AreEqual(property.GetValue(expected), property.GetValue(actual), property.Name);
        }
    }

    [TestMethod]
    public void ToOptions_Values_AreInTheOptionsAndTheOthersStay()
    {
        var others = new SpikingClifTrainer.Options { FeatureColumnName = "Pixels", Epochs = 3, Momentum = 0.5 };
        SpikingClifTrainer.Options options = Other.ToOptions(others);

        Assert.AreEqual(("Pixels", 3, 0.5), (options.FeatureColumnName, options.Epochs!.Value, options.Momentum));
        Assert.AreEqual((0.0123, 3e-5, 7), (options.LearningRate, options.WeightDecay, options.TimeSteps));
        Assert.AreEqual((0.11, 32, 0.15), (options.Dropout, options.BatchSize, options.LabelSmoothing));
        Assert.AreEqual(new Mlp(64), options.Network);
        Assert.AreEqual(new KlifNeuron(), options.Neuron);
        Assert.AreEqual(new ImageAugmentation { MixupAlpha = 0.2 }, options.Augmentation);
        Assert.AreEqual(new SpikingClifTrainer.Options().LearningRate, others.LearningRate, "The others were changed.");
        options.Validate();
    }

    [TestMethod]
    public void ToOptions_GradientHorizon_IsThatOfTheOthersUnlessItIsGiven()
    {
        var others = new SpikingClifTrainer.Options { GradientHorizon = 1 };
        Assert.AreEqual(1, new SpikingClifSweepOptions().ToOptions(others).GradientHorizon);
        Assert.AreEqual(2, Other.ToOptions(others).GradientHorizon);
        Assert.IsNull(new SpikingClifSweepOptions().ToOptions().GradientHorizon);
    }

    [TestMethod]
    public void ToOptions_AugmentationOfTheOthers_IsScaled()
    {
        var others = new SpikingClifTrainer.Options
        {
            Augmentation = new() { CropPadding = 4, CutoutSize = 16, HorizontalFlip = true, CutmixAlpha = 1 },
        };
        Assert.AreEqual(
            new ImageAugmentation { CropPadding = 2, CutoutSize = 8, HorizontalFlip = true, CutmixAlpha = 0.5 },
            Other.ToOptions(others).Augmentation);
        Assert.IsNull(new SpikingClifSweepOptions().ToOptions(others).Augmentation);
    }

    [TestMethod]
    public void ToOptions_NeuronOfTheSameKind_KeepsItsSettings()
    {
        var others = new SpikingClifTrainer.Options { Neuron = new ClifNeuron { MembraneTimeConstant = 3 } };
        Assert.AreEqual(others.Neuron, new SpikingClifSweepOptions().ToOptions(others).Neuron);
        Assert.AreEqual(new LifNeuron(),
            new SpikingClifSweepOptions { Neuron = SweepNeuron.Lif }.ToOptions(others).Neuron);
    }

    [TestMethod]
    [DataRow("conv 8-16")]
    [DataRow("vgg 11")]
    [DataRow("resnet 18")]
    [DataRow("snn5")]
    [DataRow("vggsnn")]
    [DataRow("10-20-30")]
    public void Network_Text_IsThatOfItsTemplate(string text)
    {
        NetworkTemplate network = new SpikingClifSweepOptions { Network = text }.ToOptions().Network;
        Assert.AreEqual(text, NetworkText.Of(network));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("mlp")]
    [DataRow("conv")]
    [DataRow("12--4")]
    [DataRow("-4")]
    public void Network_TextThatNamesNone_SaysWhatToWrite(string text) =>
        Assert.Contains($"'{text}' is not a network; write \"512-512\"", Assert.ThrowsExactly<ArgumentException>(
            () => new SpikingClifSweepOptions { Network = text }.ToOptions()).Message);

    [TestMethod]
    public void Json_RoundTrip_KeepsEveryProperty()
    {
        foreach (JsonSerializerOptions options in new[] { JsonSerializerOptions.Default, AutoML })
        {
            string json = JsonSerializer.Serialize(Other, options);
            Assert.Contains("\"Klif\"", json);
            SpikingClifSweepOptions back = JsonSerializer.Deserialize<SpikingClifSweepOptions>(json, options)!;
            foreach (PropertyInfo property in typeof(SpikingClifSweepOptions).GetProperties())
            {
                Assert.AreNotEqual(property.GetValue(new SpikingClifSweepOptions()), property.GetValue(back),
                    property.Name);
                Assert.AreEqual(property.GetValue(Other), property.GetValue(back), property.Name);
            }
        }
    }

    /// <summary>AutoML refuses, or silently drops, properties that break these rules.</summary>
    [TestMethod]
    public void Attributes_OfEveryProperty_FollowAutoMLsRules()
    {
        Type[] types = [typeof(int), typeof(double), typeof(string), typeof(bool)];
        foreach (PropertyInfo property in typeof(SpikingClifSweepOptions).GetProperties()
            .Where(property => property.Name != nameof(SpikingClifSweepOptions.GradientHorizon))) // AutoML leaves it
        {
            Assert.IsTrue(property is { CanRead: true, CanWrite: true }
                && (types.Contains(property.PropertyType) || property.PropertyType.IsEnum));
            object value = property.GetValue(new SpikingClifSweepOptions())!;
            if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            {
                Assert.AreEqual(property.PropertyType, range.Min.GetType(), property.Name);
                Assert.AreEqual(value, range.Init);
                Assert.IsGreaterThan(range.LogBase ? 0 : double.NegativeInfinity, Convert.ToDouble(range.Min, null));
                Assert.IsLessThan(Convert.ToDouble(range.Max, null), Convert.ToDouble(range.Min, null));
            }
            else
            {
                ChoiceAttribute choice = property.GetCustomAttribute<ChoiceAttribute>()!;
                Assert.AreEqual(value, choice.DefaultValue);
                Assert.Contains(value, choice.Candidates);
                Assert.IsTrue(choice.Candidates.All(candidate => candidate.GetType() == property.PropertyType));
            }
        }
        Assert.IsEmpty(typeof(SpikingClifSweepOptions).GetFields());
    }

    /// <summary>The steps of AutoML, one by one, without AutoML.</summary>
    [TestMethod]
    public void Factory_UsedAsAutoMLDoes_TrainsAndScoresAfterTheContextsEnd()
    {
        const int Seed = 7;
        var main = new MLContext(Seed);
        IDataView train = Pebbles.Data(main), test = Pebbles.Data(main, seed: 2);
        Func<MLContext, SpikingClifSweepOptions, IEstimator<ITransformer>> factory =
            SpikingClifSweepOptions.Factory(Pebbles.Settings(main).Trainer);
        // A set of parameters has values of some properties; the others keep their defaults.
        var parameters = new JsonObject
        {
            ["LearningRate"] = 0.02,
            ["Network"] = "16",
            ["Neuron"] = "Lif",
            ["TimeSteps"] = 3,
            ["BatchSize"] = 32,
        };

        ITransformer Trial()
        {
            var context = new MLContext(Seed);
            SpikingClifSweepOptions swept =
                JsonSerializer.Deserialize<SpikingClifSweepOptions>(parameters.ToJsonString(AutoML), AutoML)!;
            ITransformer model = Pebbles.Featurizers(context).Append(factory(context, swept)).Fit(train);
            Contexts.Cancel(context);
            return model;
        }

        ITransformer first = Trial(), second = Trial();
        double accuracy = main.MulticlassClassification.Evaluate(first.Transform(test)).MicroAccuracy;
        Assert.IsGreaterThan(0.6, accuracy);
        Assert.AreEqual(accuracy, main.MulticlassClassification.Evaluate(second.Transform(test)).MicroAccuracy);
        SpikingPredictionTransformer network =
            ((IEnumerable<ITransformer>)first).OfType<SpikingPredictionTransformer>().Single();
        Assert.AreEqual(3, network.Model.Network.TimeSteps);
    }

    [TestMethod]
    public void Factory_TrainingThatDiverges_GivesAModelWithAPoorScore()
    {
        var ml = new MLContext(1);
        IDataView data = Pebbles.Data(ml);
        var others = new SpikingClifTrainer.Options
        {
            WeightDecay = 1,
            Epochs = 1,
            BatchSize = 1,
            Optimizer = OptimizerKind.Sgd,
        };
        var swept = new SpikingClifSweepOptions { LearningRate = 100, WeightDecay = 1, BatchSize = 2, Network = "4" };
        IDataView scored = Pebbles.Featurizers(ml).Append(SpikingClifSweepOptions.Factory(others)(ml, swept)).Fit(data)
            .Transform(data);

        Assert.AreEqual(Math.Log(3), ml.MulticlassClassification.Evaluate(scored).LogLoss, 1e-5);
    }
}
