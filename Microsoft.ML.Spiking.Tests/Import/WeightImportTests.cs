using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Import;

/// <summary>
/// Weights of PyTorch as models here: those that the reference's training steps made, and their names.
/// </summary>
[TestClass]
public sealed class WeightImportTests
{
    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Reference =>
    [
        ["train_mlp_clif.json", new Mlp(16, 12), new ClifNeuron()],
        ["train_mlp_lif.json", new Mlp(16, 12), new LifNeuron()],
        ["train_conv_clif.json", new ConvNet(6, 10), new ClifNeuron()],
        ["train_conv_lif.json", new ConvNet(6, 10), new LifNeuron()],
    ];

    [TestMethod]
    [DynamicData(nameof(Reference))]
    public void FromStateDict_TrainedWeightsOfTheReference_GiveItsScores(string file, object template, object neuron)
    {
        JsonElement golden = GoldenFiles.Read(file);
        WeightImportOptions options = Options(golden, (NeuronDefinition)neuron);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.pth"), safe = Path.Combine(folder.Path, "model.safetensors");
        (string Name, int[] Shape, float[] Values)[] arrays = [.. Arrays(golden.GetProperty("final"))];
        File.WriteAllBytes(path, PickleWriter.StateDict(arrays.Append(("1.num_batches_tracked", [], [4f]))));
        using (FileStream stream = File.Create(safe))
        {
            // Files of safetensors are in the order of their names.
            SafetensorsWriter.Write(stream, [.. arrays.OrderBy(array => array.Name, StringComparer.Ordinal)
                .Select(array => new WeightArray($"module.{array.Name}", array.Shape, array.Values))]);
        }

        foreach (SpikingModelParameters model in new[]
        {
            SpikingModelParameters.FromStateDict(path, (NetworkTemplate)template, WeightNames.Sequential, options),
            SpikingModelParameters.FromSafetensors(safe, (NetworkTemplate)template, WeightNames.Sequential, options),
        })
        {
            AssertScores(golden, model);
        }
    }

    [TestMethod]
    public void FromStateDict_FileOfPyTorch_GivesTheReferencesScores()
    {
        const string program = """
            import json, sys, torch
            arrays = json.load(open(sys.argv[1]))["final"]
            torch.save({k: torch.tensor(a["data"]).reshape(a["shape"]) for k, a in arrays.items()}, sys.argv[2])
            """;
        using var folder = new TemporaryFolder();
        string json = Path.Combine(folder.Path, "golden.json"), path = Path.Combine(folder.Path, "model.pth");
        JsonElement golden = GoldenFiles.Read("train_conv_clif.json");
        File.WriteAllText(json, golden.GetRawText());
        Python.Run("torch", program, [json, path]);

        AssertScores(golden, SpikingModelParameters.FromStateDict(
            path, new ConvNet(6, 10), WeightNames.Sequential, Options(golden, new ClifNeuron())));
    }

    [TestMethod]
    public void CreateTransformer_ImportedWeights_ScoreAreSavedAndTrainOn()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.pth");
        File.WriteAllBytes(path, PickleWriter.StateDict(
        [
            ("stem.weight", [8, 4], [.. Enumerable.Range(0, 32).Select(i => MathF.Sin(i))]),
            ("stem.bias", [8], new float[8]),
            ("head.weight", [3, 8], [.. Enumerable.Range(0, 24).Select(i => MathF.Cos(i))]),
            ("head.bias", [3], [0.1f, 0.2f, 0.3f]),
        ]));
        string names = Path.Combine(folder.Path, "names.json");
        File.WriteAllText(names, """{ "fc1": "stem", "output.weight": "head.weight", "output.bias": "head.bias" }""");
        SpikingModelParameters model = SpikingModelParameters.FromStateDict(path, new Mlp(8),
            WeightNames.FromJson(names), new() { InputShape = [4], TimeSteps = 2, Neuron = new LifNeuron() });
        IDataView data = Flowers.Keyed(_ml);

        SpikingPredictionTransformer transformer = model.CreateTransformer(_ml, ["a", "b", "c"]);
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, data.Schema, stream);
        IDataView loaded = _ml.Model.Load(stream, out _).Transform(data);
        SpikingPredictionTransformer trained = _ml.MulticlassClassification.Trainers.SpikingClif(
            new SpikingClifTrainer.Options
            {
                Epochs = 20,
                BatchSize = 16,
                LearningRate = 0.02,
                InputNormalization = null,
                Device = ComputeDevice.Cpu,
                NumberOfThreads = 1,
            }).Fit(data, model);

        Assert.AreEqual(3, model.Network.ClassCount);
        float[] scores = [.. transformer.Transform(data).GetColumn<float[]>("Score").SelectMany(row => row)];
        Assert.AreSequenceEqual(scores, loaded.GetColumn<float[]>("Score").SelectMany(row => row).ToArray());
        Assert.IsGreaterThan(3, scores.Distinct().Count());
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(trained.Transform(data)).MicroAccuracy);
    }

    public static IEnumerable<object[]> AuthorsNetworks() => GoldenFiles.Read("networks.json").EnumerateArray()
        .Select((network, index) => (network, index))
        .Where(pair => pair.network.GetProperty("state").ValueKind == JsonValueKind.Object)
        .Select(pair => new object[] { pair.index, pair.network.GetProperty("network").GetString()! });

    [TestMethod]
    [DynamicData(nameof(AuthorsNetworks))]
    public void ComplementaryLif_NetworkOfTheAuthors_HasAllTheirNamesAndShapes(int index, string name)
    {
        JsonElement golden = GoldenFiles.Read("networks.json")[index];
        NetworkTemplate template = name switch
        {
            "spiking_resnet18" => new SpikingResNet(18),
            "spiking_vgg11_bn" => new SpikingVgg(11),
            "snn5_noAP" => new Snn5(),
            "vggsnn" => new VggSnn(),
            _ => throw new NotSupportedException(name),
        };
        NetworkDefinition network = template.Bind(new WeightImportOptions
        {
            InputShape = [.. golden.GetProperty("input").Longs().Select(length => (int)length)],
            TimeSteps = 4,
            Neuron = new ClifNeuron(),
            Dropout = index % 2 * 0.1, // their dropout counts whatever its rate
        }.Binding(golden.GetProperty("classes").GetInt32()));

        Dictionary<string, string> names = WeightNames.ComplementaryLif.Of(template, network);

        string[] expected = [.. golden.GetProperty("state").EnumerateObject()
            .Where(array => !array.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
            .Select(array => $"{array.Name} [{string.Join(", ", array.Value.Longs())}]")];
        Assert.AreSequenceEqual(
            expected, network.Parameters.Select(spec => $"{names[spec.Name]} {Shapes.Text(spec.Shape)}").ToArray());
    }

    [TestMethod]
    public void ComplementaryLif_Bottlenecks_AreGroupedAsTheAuthorsDo()
    {
        var template = new SpikingResNet(50);
        NetworkDefinition network = template.Bind(
            new WeightImportOptions { InputShape = [3, 8, 8], TimeSteps = 1, Neuron = new ClifNeuron() }.Binding(10));

        string[] names = [.. WeightNames.ComplementaryLif.Of(template, network).Values];

        Assert.HasCount(16, names.Where(name => name.EndsWith("conv3.weight", StringComparison.Ordinal)));
        foreach (string name in new[]
        {
            "layer1.0.shortcut.bias", "layer1.2.conv3.weight", "layer2.3.bn3.running_var", "layer3.5.conv1.bias",
            "layer4.2.bn1.weight", "bn1.weight", "conv1.weight", "linear.bias",
        })
        {
            Assert.Contains(name, names);
        }
        Assert.HasCount(names.Length, names.Distinct());
    }

    [TestMethod]
    public void SpikingJelly_ItsVgg11_HasItsNames()
    {
        var builder = new NetworkBuilder();
        foreach (int[] group in new int[][] { [64], [128], [256, 256], [512, 512], [512, 512] })
        {
            foreach (int channels in group)
            {
                builder.Convolution(channels, kernel: 3, padding: 1).BatchNorm().Neuron();
            }
            builder.MaxPool(2);
        }
        NetworkTemplate template = builder.AdaptiveAveragePool(7).Flatten().Linear(4096).Neuron().Dropout()
            .Linear(4096).Neuron().Dropout().Build();

        string[] names = [.. Names(template, WeightNames.SpikingJelly, new LifNeuron(), 32)
            .Where(name => name.EndsWith(".weight", StringComparison.Ordinal)).Select(name => name[..^7])];

        Assert.AreSequenceEqual(
            new[]
            {
                "features.0", "features.1", "features.4", "features.5", "features.8", "features.9", "features.11",
                "features.12", "features.15", "features.16", "features.18", "features.19", "features.22",
                "features.23", "features.25", "features.26", "classifier.0", "classifier.3", "classifier.6",
            }, names);
    }

    [TestMethod]
    public void SpikingJelly_ItsResNet18OfPlifNeurons_HasItsNames()
    {
        var builder = new NetworkBuilder().Convolution(64, kernel: 7, stride: 2, padding: 3, hasBias: false)
            .BatchNorm().Neuron().MaxPool(3, stride: 2, padding: 1);
        foreach ((int channels, int stride, bool changes) in new[]
        {
            (64, 1, false), (64, 1, false), (128, 2, true), (128, 1, false),
            (256, 2, true), (256, 1, false), (512, 2, true), (512, 1, false),
        })
        {
            builder.Residual(
                main => main.Convolution(channels, kernel: 3, stride: stride, padding: 1, hasBias: false).BatchNorm()
                    .Neuron().Convolution(channels, kernel: 3, padding: 1, hasBias: false).BatchNorm(),
                !changes ? null
                    : shortcut => shortcut.Convolution(channels, 1, stride: stride, hasBias: false).BatchNorm())
                .Neuron();
        }

        string[] names = Names(builder.AdaptiveAveragePool(1).Flatten().Build(), WeightNames.SpikingJelly,
            new PlifNeuron(), 32);

        Assert.AreSequenceEqual(
            new[] { "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "sn1.w" },
            names.Take(6).ToArray());
        Assert.AreSequenceEqual(
            new[]
            {
                "layer2.0.conv1.weight", "layer2.0.bn1.weight", "layer2.0.sn1.w", "layer2.0.conv2.weight",
                "layer2.0.bn2.weight", "layer2.0.downsample.0.weight", "layer2.0.downsample.1.weight",
                "layer2.0.sn2.w", "layer2.1.conv1.weight",
            },
            names.Where(name => name.StartsWith("layer2", StringComparison.Ordinal) && name[^2..] is ".w" or "ht")
                .Where(name => name.StartsWith("layer2", StringComparison.Ordinal)).Take(9).ToArray());
        Assert.AreSequenceEqual(new[] { "layer4.1.sn2.w", "fc.weight", "fc.bias" }, names.TakeLast(3).ToArray());
    }

    [TestMethod]
    public void FromStateDict_NamesThatDoNotMatch_ListsTheNearest()
    {
        string message = Refusal(new Mlp(8), WeightNames.Unchanged,
            ("fc1.weigth", [8, 4]), ("fc1.bias", [8]), ("output.weight", [3, 8]), ("output.bias", [3]));

        Assert.EndsWith("has no array 'fc1.weight', which the network's 'fc1.weight' is; the nearest names in it are " +
            "'fc1.weigth', 'fc1.bias', 'output.weight'. Other names are given by WeightNames.", message);
    }

    [TestMethod]
    public void FromStateDict_ShapesThatDoNotFit_SayBoth()
    {
        string message = Refusal(new Mlp(8), WeightNames.Unchanged,
            ("fc1.weight", [4, 8]), ("fc1.bias", [8]), ("output.weight", [3, 8]), ("output.bias", [3]));

        Assert.EndsWith("has the array 'fc1.weight' in the shape [4, 8]; the network's 'fc1.weight' has the shape " +
            "[8, 4].", message);
    }

    [TestMethod]
    public void FromStateDict_ArraysThatTheNetworkDoesNotHave_AreNamed() =>
        Assert.EndsWith("has 1 arrays that the network does not have, such as 'fc2.weight': this is not the network " +
            "that was saved.", Refusal(new Mlp(8), WeightNames.Unchanged, ("fc1.weight", [8, 4]),
            ("fc1.bias", [8]), ("output.weight", [3, 8]), ("output.bias", [3]), ("fc2.weight", [8, 8])));

    [TestMethod]
    public void FromStateDict_OptionsAndNamesOutOfRange_AreRefused()
    {
        WeightImportOptions options = new() { InputShape = [4], TimeSteps = 2, Neuron = new LifNeuron() };
        static SpikingModelParameters Read(WeightNames names, WeightImportOptions options) =>
            SpikingModelParameters.FromStateDict("no.pth", new Mlp(8), names, options);

        Assert.ThrowsExactly<FileNotFoundException>(() => Read(WeightNames.Sequential, options));
        Assert.Contains("no training rows to measure them in", Assert.ThrowsExactly<ArgumentException>(() => Read(
            WeightNames.Sequential, new()
            {
                InputShape = [4],
                TimeSteps = 2,
                Neuron = new LifNeuron(),
                InputNormalization = new ChannelNormalization(),
            })).Message);
        NetworkDefinition network = new Mlp(8).Bind(options.Binding(3));
        Assert.Contains("no layer and no array 'fc'; the nearest are 'fc1', 'fc1.bias'", Assert.ThrowsExactly<
            ArgumentException>(() => new WeightNames(new Dictionary<string, string> { ["fc"] = "x" })
            .Of(new Mlp(8), network)).Message);
        Assert.Contains("the network is a Mlp", Assert.ThrowsExactly<ArgumentException>(
            () => WeightNames.ComplementaryLif.Of(new Mlp(8), network)).Message);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "names.json");
        File.WriteAllText(path, "[1]");
        Assert.Contains("has no names of weights", Assert.ThrowsExactly<FormatException>(
            () => WeightNames.FromJson(path)).Message);
        File.WriteAllText(path, "no arrays here");
        Assert.Contains("is not a safetensors file, or is damaged", Assert.ThrowsExactly<FormatException>(() =>
            SpikingModelParameters.FromSafetensors(path, new Mlp(8), WeightNames.Sequential, options)).Message);
    }

    [TestMethod]
    public void FromStateDict_MeansAndDeviations_AreTheFirstLayer()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.pth");
        File.WriteAllBytes(path, PickleWriter.StateDict(Constants(
            ("0.weight", [8, 2]), ("0.bias", [8]), ("2.weight", [3, 8]), ("2.bias", [3]))));

        SpikingModelParameters model = SpikingModelParameters.FromStateDict(
            path, new Mlp(8), WeightNames.Sequential, new()
            {
                InputShape = [2],
                TimeSteps = 2,
                Neuron = new LifNeuron(),
                InputNormalization = new ChannelNormalization { Means = [1, 2], StandardDeviations = [2, 4] },
            });

        Assert.AreSequenceEqual(new[] { 0.5f, 0.25f }, model.Weights["input.scale"].Values.ToArray());
        Assert.AreSequenceEqual(new[] { -0.5f, -0.5f }, model.Weights["input.shift"].Values.ToArray());
    }

    private static string[] Names(NetworkTemplate template, WeightNames names, NeuronDefinition neuron, int size)
    {
        NetworkDefinition network = template.Bind(new WeightImportOptions
        { InputShape = [3, size, size], TimeSteps = 1, Neuron = neuron, Dropout = 0.5 }.Binding(10));
        Dictionary<string, string> map = names.Of(template, network);
        return [.. network.Parameters.Select(spec => map[spec.Name])];
    }

    private static string Refusal(
        NetworkTemplate template, WeightNames names, params (string Name, int[] Shape)[] arrays)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "model.pth");
        File.WriteAllBytes(path, PickleWriter.StateDict(Constants(arrays)));
        string message = Assert.ThrowsExactly<FormatException>(() => SpikingModelParameters.FromStateDict(
            path, template, names, new() { InputShape = [4], TimeSteps = 2, Neuron = new LifNeuron() })).Message;
        Assert.StartsWith($"'{path}' ", message);
        return message;
    }

    private static IEnumerable<(string Name, int[] Shape, float[] Values)> Constants(
        params (string Name, int[] Shape)[] arrays) => arrays.Select((array, index) => (array.Name, array.Shape,
            Enumerable.Repeat(index + 1f, array.Shape.Aggregate(1, (size, length) => size * length)).ToArray()));

    private static WeightImportOptions Options(JsonElement golden, NeuronDefinition neuron) => new()
    {
        InputShape = [.. golden.GetProperty("inputs")[0].GetProperty("shape").Longs().Skip(1)
            .Select(length => (int)length)],
        TimeSteps = golden.GetProperty("T").GetInt32(),
        Neuron = neuron,
    };

    private static IEnumerable<(string Name, int[] Shape, float[] Values)> Arrays(JsonElement arrays) =>
        arrays.EnumerateObject().Select(array => (array.Name,
            array.Value.GetProperty("shape").Longs().Select(length => (int)length).ToArray(),
            array.Value.GetProperty("data").Doubles().Select(value => (float)value).ToArray()));

    private static void AssertScores(JsonElement golden, SpikingModelParameters model)
    {
        float[] rows =
            [.. golden.GetProperty("inputs")[0].GetProperty("data").Doubles().Select(value => (float)value)];
        float[] logits =
            [.. golden.GetProperty("mean_logits_eval_first_batch").Doubles().Select(value => (float)value)];
        int count = rows.Length / model.Network.InputSize, classes = model.Network.ClassCount;
        float[] expected = new float[classes], scores = new float[count * classes];
        using var scorer = new ManagedScorer(model.Network, model.Weights);
        scorer.Score(rows, count, scores);
        Assert.AreEqual(golden.GetProperty("classes").GetInt32(), classes);
        for (int row = 0; row < count; row++)
        {
            Softmax.Apply(logits.AsSpan(row * classes, classes), expected);
            for (int i = 0; i < classes; i++)
            {
                Assert.AreEqual(expected[i], scores[(row * classes) + i], 1e-6f, $"row {row}");
            }
        }
    }
}
