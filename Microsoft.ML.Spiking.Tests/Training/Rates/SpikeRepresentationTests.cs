using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Rates;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Rates;

[TestClass]
public sealed class SpikeRepresentationTests
{
    private static readonly ForwardPass Training = new() { IsTraining = true, Seed = 3, Epoch = 1 };

    private static readonly SpikingNeuronDefinition[] Neurons =
    [
        new IfNeuron { InitialPotential = 0.5 },
        new LifNeuron { Threshold = 0.6, InitialPotential = 0.3, MembraneTimeConstant = 3, DecayInput = true },
        new LifNeuron { InitialPotential = 0.5, MembraneTimeConstant = 5 },
    ];

    private static readonly NetworkTemplate Deep = new NetworkBuilder()
        .Convolution(4, 3, padding: 1).BatchNorm().Neuron().MaxPool(2).Dropout()
        .Residual(main => main.Convolution(4, 3, padding: 1).BatchNorm().Neuron().Convolution(4, 3, padding: 1))
        .BatchNorm().Neuron().AveragePool(2).Flatten().Dropout().Build();

    private readonly MLContext _ml = new(1);

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>
    /// Heights of spikes go through pooling, dropout, batch normalization and both paths of a residual block.
    /// </summary>
    [TestMethod]
    public void End_PoolingResidualAndBatchNorm_IsScoredAsItWasTrained()
    {
        foreach (SpikingNeuronDefinition neuron in Neurons)
        {
            NetworkDefinition network =
                Deep.Bind(Bindings.Image(2, 8, dropout: 0.25, neuron) with { TimeSteps = 9 });
            using DisposeScope scope = NewDisposeScope();
            using TorchNetwork trained = Trained(network);
            Tensor input = Input([12, 2, 8, 8]);
            _ = trained.Forward(input, Training); // moves the running statistics
            float[] expected = Floats(trained.Forward(input, ForwardPass.Evaluation)[0]);

            (NetworkDefinition folded, NetworkWeights weights) =
                SpikeRepresentation.End(trained.Definition, trained.Parameters.Export());

            float[] scores = new float[12 * 3];
            using var scorer = new ManagedScorer(folded, weights);
            scorer.Score(Floats(input), 12, scores);
            float[] softmax = Floats(nn.functional.softmax(tensor(expected, [12, 3]), 1));
            for (int i = 0; i < scores.Length; i++)
            {
                Assert.AreEqual(softmax[i], scores[i], 1e-4f, $"{neuron}");
            }
        }
    }

    [TestMethod]
    public void Begin_ModelThatIsTrainedFurther_StartsFromItsScores()
    {
        NetworkDefinition network =
            Deep.Bind(Bindings.Image(2, 8, neuron: Neurons[1]) with { TimeSteps = 5 });
        NetworkWeights weights = WeightInitializer.Create(network, seed: 4);
        using DisposeScope scope = NewDisposeScope();
        Tensor input = Input([6, 2, 8, 8]);
        using var before = new TorchNetwork(network, CPU);
        before.Parameters.Import(weights);

        (NetworkDefinition started, NetworkWeights? initial) = SpikeRepresentation.Begin(
            network, weights, new SpikeRepresentationGradient { LearnThreshold = true }, warn: null);

        using var after = new TorchNetwork(started, CPU);
        after.Parameters.Import(initial!);
        float[] expected = Floats(before.Forward(input, ForwardPass.Evaluation).mean([0]));
        float[] actual = Floats(after.Forward(input, ForwardPass.Evaluation)[0]);
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.AreEqual(expected[i], actual[i], 1e-4f);
        }
    }

    /// <summary>The mean of batch-normalized steps is the batch-normalized mean, which the gradient is of.</summary>
    [TestMethod]
    public void Forward_RowsThatBringTheSameEveryStep_GivesTheGradientsOfConstantOnes()
    {
        foreach (SpikingNeuronDefinition neuron in Neurons)
        {
            NetworkBinding binding = Bindings.Image(2, 8, dropout: 0.25, neuron) with { TimeSteps = 3 };
            using DisposeScope scope = NewDisposeScope();
            using TorchNetwork once = Trained(Deep.Bind(binding), ScalarType.Float64);
            using TorchNetwork each = Trained(Deep.Bind(binding with { HasTimeAxis = true }), ScalarType.Float64);
            Tensor input = Input([6, 2, 8, 8]).to_type(ScalarType.Float64);
            Tensor factors = Input([3, 6, 3]).to_type(ScalarType.Float64);

            (once.Forward(input, Training) * factors).sum().backward();
            (each.Forward(stack(Enumerable.Repeat(input, 3), 1), Training) * factors).sum().backward();

            bool any = false;
            foreach ((Tensor one, Tensor other) in once.Parameters.Trained.Zip(each.Parameters.Trained))
            {
                Assert.IsLessThan(1e-9, (one.grad! - other.grad!).abs().max().item<double>());
                any |= one.grad!.abs().max().item<double>() > 1e-3;
            }
            Assert.IsTrue(any);
        }
    }

    [TestMethod]
    public void Forward_BFloat16AndSlices_GiveFiniteGradients()
    {
        NetworkDefinition network = new Mlp(600).Bind(Bindings.Of([5], neuron: Neurons[0]) with { TimeSteps = 40 });
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork trained = Trained(network);
        Tensor input = Input([100, 5]); // 2.4 million neurons times steps: several slices
        float[] whole = Floats(trained.Forward(input, ForwardPass.Evaluation)[0]);
        for (int row = 0; row < 100; row += 33)
        {
            float[] alone = Floats(trained.Forward(input.narrow(0, row, 1), ForwardPass.Evaluation)[0]);
            for (int i = 0; i < alone.Length; i++)
            {
                Assert.AreEqual(alone[i], whole[(row * 3) + i], 1e-5f);
            }
        }
        CallbackFaults.Backward(
            trained.Forward(input, Training with { ProductType = ScalarType.BFloat16 }).sum());
        Assert.IsTrue(trained.Parameters.Trained.All(array => array.grad!.isfinite().all().item<bool>()));
    }

    [TestMethod]
    public void Packed_SpikesOfSomeRows_AreReadAsTheyWereWritten()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (int steps in new[] { 1, 7, 8, 9, 32, 33 })
        {
            Tensor spikes = rand([steps, 5, 3, 2]).round();
            using Tensor places = PackedSpikes.Places(CPU);
            using var packed = new PackedSpikes(steps, [5, 3, 2], places);
            packed.Write(0, spikes.narrow(1, 0, 2));
            packed.Write(2, spikes.narrow(1, 2, 3));

            Tensor read = packed.Read(1, 3, height: 2.5, ScalarType.Float32);

            Assert.AreSequenceEqual(
                Floats(spikes.narrow(1, 1, 3)).Select(spike => 2.5f * spike), Floats(read), $"T = {steps}");
        }
    }

    /// <summary>Of 32 steps a batch keeps what it keeps of 2, and a bit for each spike.</summary>
    [TestMethod]
    public void Forward_ManySteps_TakesTheMemoryOfTwo()
    {
        if (!NativeBytes.AreKnown)
        {
            Assert.Inconclusive("This system's allocator does not report what is in use.");
        }
        OwnProcess.Run(TestContext, () =>
        {
            (double Kept, double Peak)[] few = Memory(timeSteps: 2, batches: 7);
            (double Kept, double Peak)[] many = Memory(timeSteps: 32, batches: 5);
            TestContext.WriteLine($"{string.Join(' ', few)}; {string.Join(' ', many)}");
            // The runtime's own memory comes and goes by some megabytes beside a batch.
            double kept = MedianOf(few, batch => batch.Kept), peak = few.Max(batch => batch.Peak);
            Assert.IsGreaterThan(15e6, kept);
            Assert.IsLessThan(1.2 * kept, MedianOf(many, batch => batch.Kept));
            Assert.IsGreaterThan(kept, peak);
            Assert.IsLessThan(1.3 * peak, MedianOf(many, batch => batch.Peak)); // a byte for each spike would be 2.4
        });
    }

    [TestMethod]
    public void Fit_SavedModel_ScoresInManagedCodeAndKeepsItsNeurons()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer trained = Fit(data);
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);
        zip.Position = 0;
        var other = new MLContext();

        var loaded = (SpikingPredictionTransformer)other.Model.Load(zip, out _);

        float[] scores = Scores(loaded, data);
        Assert.AreSequenceEqual(Scores(trained, data), scores);
        double accuracy = other.MulticlassClassification.Evaluate(loaded.Transform(data)).MicroAccuracy;
        Assert.IsGreaterThan(0.95, accuracy);
        var neuron = (IfNeuron)loaded.Model.Network.Layers.OfType<NeuronLayer>().Single().Neuron;
        Assert.AreNotEqual(1.0, neuron.Threshold);
        Assert.AreEqual(neuron.Threshold / 2, neuron.InitialPotential, 1e-12);
        loaded.Model.ChangeScoringBackend(ScoringBackend.Torch);
        foreach ((float torch, float managed) in Scores(loaded, data).Zip(scores))
        {
            Assert.AreEqual(torch, managed, 1e-5f);
        }
    }

    [TestMethod]
    public void Fit_Interrupted_GoesOnAsIfItHadNotBeen()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer whole = Fit(data);
        using var folder = new TemporaryFolder();
        using var source = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(data, options =>
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
        Assert.Contains("another network", Assert.Throws<InvalidOperationException>(() => Fit(data, options =>
        {
            options.CheckpointFolder = folder.Path;
            options.Gradient = null;
        })).Message);

        using SpikingPredictionTransformer resumed = Fit(data, options => options.CheckpointFolder = folder.Path);

        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    [TestMethod]
    public void Fit_ModelOfTheSameTraining_TrainsItFurther()
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer first = Fit(data);
        SpikingClifTrainer.Options options = Flowers.Quick();
        Represented(options);
        (options.Epochs, options.LearningRate) = (1, 1e-9);

        using SpikingPredictionTransformer second =
            _ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, first);

        foreach ((float before, float after) in Scores(first, data).Zip(Scores(second, data)))
        {
            Assert.AreEqual(before, after, 1e-4f);
        }
    }

    [TestMethod]
    public void Options_ThatExcludeTheGradient_AreRefusedTogether()
    {
        static string Message(Action<SpikingClifTrainer.Options> change)
        {
            SpikingClifTrainer.Options options = Flowers.Quick();
            Represented(options);
            change(options);
            return Assert.Throws<ArgumentException>(options.Validate).Message;
        }
        Assert.Contains("Gradient is a SpikeRepresentationGradient, but Neuron is a ClifNeuron",
            Message(options => options.Neuron = new ClifNeuron()));
        Assert.Contains("Neuron is a IfNeuron with a hard reset",
            Message(options => options.Neuron = new IfNeuron { ResetPotential = 0 }));
        Assert.Contains("GradientHorizon is 3", Message(options => options.GradientHorizon = 3));
        Assert.Contains("ActivationCheckpointing is true", Message(options => options.ActivationCheckpointing = true));
        Assert.Contains("and Conversion is a FirstSpikeConversion",
            Message(options => options.Conversion = new FirstSpikeConversion()));
        Assert.Contains("InitialPotential is 0.5 and ResetPotential is 0", string.Join(" ",
            new LifNeuron { InitialPotential = 0.5, ResetPotential = 0 }.Faults()));
    }

    [TestMethod]
    public void Fit_LayersOfOtherNeurons_NamesTheLayer()
    {
        IDataView data = Flowers.Keyed(_ml);
        string Message(NeuronDefinition other) => Assert.Throws<NetworkDefinitionException>(() => Fit(data, options =>
            options.Network = new NetworkBuilder().Linear(8).Neuron().Linear(8).Neuron(other).Build())).Message;
        Assert.Contains("is of ClifNeuron", Message(new ClifNeuron()));
        Assert.Contains("the same neuron and membrane time constant", Message(new LifNeuron()));
    }

    private static double MedianOf(IEnumerable<(double Kept, double Peak)> batches,
        Func<(double Kept, double Peak), double> value) =>
        batches.Select(value).Order().ElementAt(batches.Count() / 2);

    /// <summary>
    /// Returns the bytes that each batch keeps until its backward pass, and the most that were seen during both passes.
    /// </summary>
    private static (double Kept, double Peak)[] Memory(int timeSteps, int batches)
    {
        NetworkDefinition network = new ConvNet(8, 16).Bind(
            Bindings.Image(3, 32, neuron: new IfNeuron { InitialPotential = 0.5 }) with { TimeSteps = timeSteps });
        using TorchNetwork trained = Trained(network);
        _ = Batch(rows: 8); // gradients and constants are there from now on
        return [.. Enumerable.Range(0, batches).Select(_ => Batch(rows: 192))];

        (double Kept, double Peak) Batch(int rows)
        {
            double before = NativeBytes.InUse(), peak = before;
            using var ended = new CancellationTokenSource();
            var watch = new Thread(() =>
            {
                while (!ended.IsCancellationRequested)
                {
                    peak = Math.Max(peak, NativeBytes.InUse());
                }
            });
            watch.Start();
            using DisposeScope scope = NewDisposeScope();
            Tensor sum = trained.Forward(Input([rows, 3, 32, 32]), Training).sum();
            double kept = NativeBytes.InUse();
            CallbackFaults.Backward(sum);
            ended.Cancel();
            watch.Join();
            return (kept - before, peak - before);
        }
    }

    private static TorchNetwork Trained(NetworkDefinition network, ScalarType type = ScalarType.Float32)
    {
        NetworkDefinition rates = SpikeRepresentation.Begin(
            network, weights: null, new SpikeRepresentationGradient { LearnThreshold = true }, warn: null).Network;
        var result = new TorchNetwork(rates, CPU, type);
        result.Parameters.Import(WeightInitializer.Create(rates, seed: 4));
        return result;
    }

    private static void Represented(SpikingClifTrainer.Options options)
    {
        options.Neuron = new IfNeuron { InitialPotential = 0.5 };
        options.TimeSteps = 4;
        options.Gradient = new SpikeRepresentationGradient { LearnThreshold = true };
    }

    private SpikingPredictionTransformer Fit(IDataView data, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, data, options =>
        {
            Represented(options);
            change?.Invoke(options);
        });

    private static Tensor Input(long[] shape)
    {
        var random = new Random(7);
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, side) => product * side))
            .Select(_ => (float)((2 * random.NextDouble()) - 1))];
        return tensor(values, shape);
    }

    private static float[] Floats(Tensor values) => values.detach().contiguous().data<float>().ToArray();

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];

    private static float[] Scores(SpikingPredictionTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];
}
