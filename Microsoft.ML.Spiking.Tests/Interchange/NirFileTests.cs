using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Interchange;
using Microsoft.ML.Spiking.Interchange.Nir;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Export;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Interchange;

/// <summary>
/// Networks to NIR and back, files of other tools (in ../shared/nir or the folder that SPIKING_NIR names), and files of
/// ours in NIR's own reader, where python3 and it are installed.
/// </summary>
[TestClass]
public sealed class NirFileTests
{
    private const int Rows = 200;

    private const string Simulation = """
        import json, sys
        import numpy as np
        import nir
        graph, steps, dt = nir.read(sys.argv[1]), int(sys.argv[2]), 1e-4
        rows = np.array(json.load(sys.stdin), float)
        following = dict(graph.edges)
        x, name = np.stack([rows] * steps), following["input"]
        while name != "output":
            node = graph.nodes[name]
            if isinstance(node, nir.Affine):
                x = x @ node.weight.T.astype(float) + node.bias
            else:
                v, spikes = np.zeros_like(x[0]) + node.v_reset, []
                for current in x:
                    v = v + dt / node.tau * (node.v_leak - v + node.r * current)
                    spikes.append((v >= node.v_threshold).astype(float))
                    v = np.where(spikes[-1] > 0, node.v_reset, v)
                x = np.stack(spikes)
            name = following[name]
        print(json.dumps(x.mean(0).tolist()))
        """;

    private readonly MLContext _ml = new(1);

    public static IEnumerable<object[]> Networks =>
    [
        [new Mlp(20, 16), Bindings.Of([7], neuron: new LifNeuron { ResetPotential = 0 }) with
            { InputNormalization = new FeatureNormalization(), TimeSteps = 5 }],
        [new Mlp(20), Bindings.Of([7], neuron: new LifNeuron
            { ResetPotential = -0.2, DecayInput = true, Threshold = 0.4, MembraneTimeConstant = 3 }) with
            { TimeSteps = 6 }],
        [new Mlp(20), Bindings.Of([7], neuron: new IfNeuron { ResetPotential = 0.1 }) with { TimeSteps = 6 }],
        [new Mlp(20), Bindings.Of([7], neuron: new PlifNeuron { ResetPotential = 0 }) with
            { HasTimeAxis = true, TimeSteps = 4 }],
        [new ConvNet(4, 6), Bindings.Image(3, 8, neuron: new LifNeuron { ResetPotential = 0 }) with
            { InputNormalization = new ChannelNormalization(), TimeSteps = 3 }],
        [new Snn5(), Bindings.Image(2, 16, neuron: new IfNeuron { ResetPotential = 0 })],
        [Nested(), Bindings.Image(2, 6, neuron: new LifNeuron { ResetPotential = 0, Threshold = 0.5 })],
    ];

    // A residual layer in a residual layer, one behind another, and one with a shortcut of its own.
    private static LayeredNetwork Nested() => new NetworkBuilder()
        .Convolution(4, kernel: 3, padding: 1).Neuron()
        .Residual(main => main.Convolution(4, kernel: 3, padding: 1).BatchNorm()
            .Residual(inner => inner.Convolution(4, kernel: 1).Neuron()))
        .Residual(main => main.Convolution(4, kernel: 1))
        .BatchNorm().Neuron()
        .Residual(main => main.Convolution(6, kernel: 3, stride: 2, padding: 1).BatchNorm().Neuron(),
            shortcut => shortcut.Convolution(6, kernel: 1, stride: 2))
        .Flatten().Build();

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Import_OfAnExport_ScoresAsBefore(object template, object binding)
    {
        NetworkDefinition network = ((NetworkTemplate)template).Bind((NetworkBinding)binding);
        NetworkWeights weights = RandomNetwork.Weights(network, 3);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");

        NirFile.Export(new SpikingModelParameters(network, weights), path);
        SpikingModelParameters back = NirFile.Import(
            path, new NirImportOptions { TimeSteps = network.TimeSteps, HasTimeAxis = network.HasTimeAxis });

        float[] rows = RandomNetwork.Rows(Rows, network.InputSize, 4);
        float[] expected = Scores(network, weights, rows), actual = Scores(back.Network, back.Weights, rows);
        int flipped = expected.Chunk(3).Zip(actual.Chunk(3)).Count(pair =>
            pair.First.Zip(pair.Second).Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4)));
        Assert.IsLessThanOrEqualTo(2, flipped);
        Assert.IsGreaterThan(1, expected.Distinct().Count());
    }

    [TestMethod]
    public void Export_LifNetwork_GivesTheSameLogitsInNirsOwnForm()
    {
        NetworkDefinition network = new Mlp(20, 16).Bind(
            Bindings.Of([7], neuron: new LifNeuron { ResetPotential = 0, Threshold = 0.7 }) with { TimeSteps = 5 });
        NetworkWeights weights = RandomNetwork.Weights(network, 3);
        float[] rows = RandomNetwork.Rows(Rows, 7, 4);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");

        NirFile.Export(new SpikingModelParameters(network, weights), path);

        string output = Python.Run("nir", Simulation, [path, "5"], JsonSerializer.Serialize(rows.Chunk(7)));
        float[] expected = Scores(network, weights, rows);
        float[] actual = [.. JsonSerializer.Deserialize<float[][]>(output)!.SelectMany(Probabilities)];
        Assert.HasCount(expected.Length, actual);
        int different = expected.Chunk(3).Zip(actual.Chunk(3)).Count(pair =>
            pair.First.Zip(pair.Second).Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4)));
        Assert.IsLessThanOrEqualTo(2, different, "rows with a flipped spike");
    }

    [TestMethod]
    public void Export_ConvNet_IsReadByNirItselfWithItsShapes()
    {
        NetworkDefinition network = new ConvNet(4, 6).Bind(
            Bindings.Image(3, 8, neuron: new IfNeuron { ResetPotential = 0 }));
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");

        NirFile.Export(new SpikingModelParameters(network, RandomNetwork.Weights(network, 3)), path);

        string output = Python.Run("nir",
            "import sys, nir; g = nir.read(sys.argv[1]); print([type(n).__name__ for n in g.nodes.values()])", [path]);
        Assert.Contains("Conv2d", output);
        Assert.Contains("AvgPool2d", output);
        Assert.Contains("IF", output);
    }

    [TestMethod]
    public void Import_ConvolutionalNetworkOfSinabs_HasItsLayersAndScores()
    {
        string path = FileOfOthers("cnn_sinabs.nir");

        SpikingModelParameters model = NirFile.Import(
            path, new NirImportOptions { TimeSteps = 3, TimeStep = 1, HasTimeAxis = true });

        Assert.AreSequenceEqual(new[] { 2, 34, 34 }, model.Network.InputShape.ToArray());
        Assert.AreEqual(10, model.Network.ClassCount);
        Assert.HasCount(5, model.Network.Layers.OfType<NeuronLayer>().Where(layer => layer.Neuron is IfNeuron));
        Assert.HasCount(3, model.Network.Layers.OfType<ConvolutionLayer>());
        float[] scores = Scores(model.Network, model.Weights, RandomNetwork.Rows(5, model.Network.InputSize, 1));
        Assert.AreEqual(5f, scores.Sum(), 1e-4f);
    }

    [TestMethod]
    [DataRow("lif_norse.nir", "classes")]
    [DataRow("lif_rockpool.nir", "")]
    [DataRow("two_lif_neurons.nir", "")]
    [DataRow("braille_noDelay_bias_zero.nir", "")]
    [DataRow("braille_noDelay_noBias_subtract.nir", "NIR graph")]
    public void Import_GraphWithoutAFormHere_IsRefusedByName(string name, string word)
    {
        string path = FileOfOthers(name);
        FormatException fault = Assert.ThrowsExactly<FormatException>(
            () => NirFile.Import(path, new NirImportOptions()));

        Assert.Contains(word, fault.Message);
    }

    [TestMethod]
    public void Import_DamagedOrForeignFile_IsRefusedInASentence()
    {
        NetworkDefinition network = new Mlp(20).Bind(Bindings.Of([7], neuron: new LifNeuron { ResetPotential = 0 }));
        using var folder = new TemporaryFolder();
        string whole = Path.Combine(folder.Path, "network.nir"), cut = Path.Combine(folder.Path, "cut.nir");
        string text = Path.Combine(folder.Path, "text.nir"), missing = Path.Combine(folder.Path, "missing.nir");
        NirFile.Export(new SpikingModelParameters(network, RandomNetwork.Weights(network, 3)), whole);
        byte[] bytes = File.ReadAllBytes(whole);
        File.WriteAllBytes(cut, bytes[..(bytes.Length / 3)]);
        File.WriteAllText(text, "no HDF5");

        foreach (string path in new[] { cut, text })
        {
            FormatException fault = Assert.ThrowsExactly<FormatException>(
                () => NirFile.Import(path, new NirImportOptions()));
            Assert.StartsWith($"'{path}' is not a NIR file, or is damaged: ", fault.Message);
        }
        Assert.ThrowsExactly<FileNotFoundException>(() => NirFile.Import(missing, new NirImportOptions()));
    }

    [TestMethod]
    public void Export_NeuronsAndLayersWithoutAForm_AreRefusedByName()
    {
        AssertRefused(new Mlp(8).Bind(Bindings.Of([4])), "ClifNeuron");
        AssertRefused(new Mlp(8).Bind(Bindings.Of([4])), "mlContext.Model.ConvertClifToLif");
        AssertRefused(new Mlp(8).Bind(Bindings.Of([4], neuron: new LifNeuron())), "the soft reset");
        NetworkBinding binding = Bindings.Of([4], neuron: new LifNeuron { ResetPotential = 0 });
        AssertRefused(new Mlp(8).Bind(binding with { Encoder = new PoissonEncoder() }), "PoissonEncoder");
        AssertRefused(new NetworkBuilder().MaxPool(2).Flatten().Build().Bind(
            Bindings.Image(3, 8, neuron: new LifNeuron { ResetPotential = 0 })), "a MaxPoolLayer, has no node in NIR");
    }

    [TestMethod]
    public void Import_ResidualNetwork_HasTheLayersOfTheExported()
    {
        NetworkDefinition network = new SpikingResNet(18).Bind(
            Bindings.Image(3, 8, neuron: new LifNeuron { ResetPotential = 0 }));
        var model = new SpikingModelParameters(network, RandomNetwork.Weights(network, 3));
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");

        NirFile.Export(model, path);
        SpikingModelParameters back = NirFile.Import(path, new NirImportOptions { TimeSteps = 2 });

        Assert.HasCount(8, back.Network.AllLayers.OfType<ResidualLayer>());
        Assert.HasCount(3, back.Network.AllLayers.OfType<ResidualLayer>().Where(layer => layer.Shortcut.Count > 0));
        Assert.HasCount(17, back.Network.AllLayers.OfType<NeuronLayer>());
    }

    [TestMethod]
    public void Export_ConvertedClif_IsReadBackWithItsScores()
    {
        IDataView data = Flowers.Keyed(_ml);
        SpikingPredictionTransformer clif = Flowers.Fit(_ml, data);
        var lif = (SpikingPredictionTransformer)_ml.Model.ConvertClifToLif(clif, data).Model;
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");

        NirFile.Export(lif.Model, path);
        SpikingModelParameters back = NirFile.Import(path, new NirImportOptions { TimeSteps = 2 });

        float[][] expected = [.. lif.Transform(data).GetColumn<float[]>("Score")];
        float[][] actual =
            [.. back.CreateTransformer(_ml, ["a", "b", "c"]).Transform(data).GetColumn<float[]>("Score")];
        int flipped = expected.Zip(actual).Count(pair =>
            pair.First.Zip(pair.Second).Any(score => !(Math.Abs(score.First - score.Second) <= 1e-4)));
        Assert.IsLessThanOrEqualTo(1, flipped);
    }

    [TestMethod]
    public void Export_ThatFails_LeavesNoFileAndTheOneThatWasThere()
    {
        NetworkDefinition network = new Mlp(8).Bind(Bindings.Of([4], neuron: new LifNeuron { ResetPotential = 0 }));
        var model = new SpikingModelParameters(network, RandomNetwork.Weights(network, 3));
        using var folder = new TemporaryFolder();
        string taken = Path.Combine(folder.Path, "taken"), missing = Path.Combine(folder.Path, "no", "network.nir");
        Directory.CreateDirectory(Path.Combine(taken, "full"));

        foreach (string path in new[] { taken, missing })
        {
            IOException fault = Assert.ThrowsExactly<IOException>(() => NirFile.Export(model, path));
            Assert.StartsWith($"The network was not exported: '{path}' could not be written: ", fault.Message);
        }

        Assert.AreSequenceEqual(new[] { taken }, Directory.GetFileSystemEntries(folder.Path));
    }

    [TestMethod]
    public void Import_CurrentBasedNeurons_AreLifNeuronsOnlyWithoutASynapticMemory()
    {
        NirGraph graph = CurrentBased(synapse: 1e-4);
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");
        NirStorage.Write(graph, path);

        SpikingModelParameters model = NirFile.Import(path, new NirImportOptions { TimeSteps = 3 });

        var neuron = (LifNeuron)model.Network.Layers.OfType<NeuronLayer>().Single().Neuron;
        Assert.AreEqual((2d, true, 0d), (Math.Round(neuron.MembraneTimeConstant, 6), neuron.DecayInput,
            neuron.ResetPotential));
        Assert.AreEqual(0.5f, model.Weights["spikes.synapse.scale"].Values.Span[0]);
        NirStorage.Write(CurrentBased(synapse: 3e-4), path);
        Assert.Contains("a CubaLIF, has a synaptic time constant of 3 steps", Assert.ThrowsExactly<FormatException>(
            () => NirFile.Import(path, new NirImportOptions())).Message);
    }

    [TestMethod]
    [DataRow("spikes", "linear", "has inputs that do not come from two paths of one node")] // recurrence
    [DataRow("linear", "nowhere", "which is not a node")]
    [DataRow("linear", "output", "do not meet again")] // a third path into the end
    public void Import_OtherBranches_AreRefusedByName(string from, string to, string what)
    {
        NirGraph chain = CurrentBased(synapse: 1e-4);
        NirGraph graph = to == "output"
            ? chain with { Edges = [.. chain.Edges, ("linear", "output"), ("input", "output")] }
            : chain with { Edges = [.. chain.Edges, (from, to)] };
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");
        NirStorage.Write(graph, path);

        Assert.Contains(what, Assert.ThrowsExactly<FormatException>(
            () => NirFile.Import(path, new NirImportOptions())).Message);
    }

    private static NirGraph CurrentBased(double synapse)
    {
        static NirArray Each(double value) => NirArray.All(value, [3]);
        NirNode[] nodes =
        [
            NirNode.Of("input", "Input", ("shape", NirArray.Integers(4))),
            NirNode.Of("linear", "Linear", ("weight", NirArray.Of([.. Enumerable.Repeat(1f, 12)], 3, 4))),
            NirNode.Of("spikes", "CubaLIF", ("tau_syn", Each(synapse)), ("tau_mem", Each(2e-4)), ("r", Each(1)),
                ("v_leak", Each(0)), ("v_threshold", Each(1)), ("w_in", Each(0.5))),
            NirNode.Of("output", "Output", ("shape", NirArray.Integers(3))),
        ];
        return new(nodes.ToDictionary(node => node.Name),
            [.. nodes.Zip(nodes.Skip(1), (one, next) => (one.Name, next.Name))]);
    }

    [TestMethod]
    public void CreateTransformer_ImportedNetwork_ScoresIsSavedAndTrainsOn()
    {
        NetworkDefinition network = new Mlp(8).Bind(
            Bindings.Of([4], neuron: new LifNeuron { ResetPotential = 0 }) with { TimeSteps = 2 });
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");
        NirFile.Export(new SpikingModelParameters(network, RandomNetwork.Weights(network, 3)), path);
        SpikingModelParameters model = NirFile.Import(path, new NirImportOptions { TimeSteps = 2 });
        IDataView data = Flowers.Keyed(_ml);

        SpikingPredictionTransformer transformer = model.CreateTransformer(_ml, ["a", "b", "c"]);
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, data.Schema, stream);
        IDataView scored = _ml.Transforms.Conversion.MapKeyToValue("Text", "PredictedLabel")
            .Fit(transformer.Transform(data)).Transform(transformer.Transform(data));
        IDataView loaded = _ml.Model.Load(stream, out _).Transform(data);
        SpikingPredictionTransformer trained =
            _ml.MulticlassClassification.Trainers.SpikingClif(Continued()).Fit(data, model);

        Assert.AreSequenceEqual(scored.GetColumn<float[]>("Score").SelectMany(row => row).ToArray(),
            loaded.GetColumn<float[]>("Score").SelectMany(row => row).ToArray());
        Assert.IsTrue(scored.GetColumn<string>("Text").All(text => text is "a" or "b" or "c"));
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(trained.Transform(data)).MicroAccuracy);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => model.CreateTransformer(_ml, ["a", "b"]));
    }

    private static SpikingClifTrainer.Options Continued() =>
        new() { Epochs = 20, BatchSize = 16, LearningRate = 0.02, Device = ComputeDevice.Cpu, NumberOfThreads = 1 };

    private static void AssertRefused(NetworkDefinition network, string word)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "network.nir");
        var model = new SpikingModelParameters(network, RandomNetwork.Weights(network, 3));

        NotSupportedException fault = Assert.ThrowsExactly<NotSupportedException>(() => NirFile.Export(model, path));

        Assert.StartsWith("The network was not exported to NIR: ", fault.Message);
        Assert.Contains(word, fault.Message);
        Assert.IsFalse(File.Exists(path));
    }

    private static float[] Scores(NetworkDefinition network, NetworkWeights weights, float[] rows)
    {
        using var scorer = new ManagedScorer(network, weights);
        float[] scores = new float[rows.Length / network.InputSize * network.ClassCount];
        scorer.Score(rows, rows.Length / network.InputSize, scores);
        return scores;
    }

    private static float[] Probabilities(float[] logits)
    {
        float[] scores = new float[logits.Length];
        Softmax.Apply(logits, scores);
        return scores;
    }

    private static string FileOfOthers(string name)
    {
        string folder = Environment.GetEnvironmentVariable("SPIKING_NIR") is { Length: > 0 } chosen
            ? chosen : Path.Combine(Repository.Folders.Root, "..", "shared", "nir");
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw new AssertInconclusiveException($"{path} does not exist.");
    }
}
