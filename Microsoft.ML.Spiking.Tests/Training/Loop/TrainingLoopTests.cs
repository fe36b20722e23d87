using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;


namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class TrainingLoopTests
{
    [TestMethod]
    [DataRow("clif")]
    [DataRow("lif")]
    [DataRow("plif")]
    public void Run_SeparableClasses_LearnsThemAll(string neuron)
    {
        NetworkDefinition network = Toy.Network(neuron switch
        {
            "clif" => new ClifNeuron(),
            "lif" => new LifNeuron(),
            _ => new PlifNeuron(),
        });
        var observer = new RecordingObserver();

        TrainingOutcome outcome = Toy.Train(network: network, validation: Toy.Rows(99, seed: 6), observer: observer);

        Assert.HasCount(8, outcome.History);
        Assert.AreEqual(1.0, outcome.History[outcome.BestEpoch - 1].ValidationAccuracy);
        Assert.IsLessThan(outcome.History[0].Loss, outcome.History[^1].Loss);
        Assert.HasCount(1, outcome.History[0].FiringRates);
        Assert.IsInRange(0.01, 0.99, outcome.History[^1].MeanFiringRate);
        Assert.AreEqual(outcome.History[^1].FiringRates[0].Value, outcome.History[^1].MeanFiringRate);
        Assert.HasCount(1, observer.Infos);
        Assert.IsEmpty(observer.Warnings);
        Assert.AreEqual(new BatchProgress { Epoch = 1, Epochs = 8, Rows = 16, TotalRows = 200 }, observer.Batches[0]);
        Assert.AreEqual(new BatchProgress { Epoch = 8, Epochs = 8, Rows = 200, TotalRows = 200 }, observer.Batches[^1]);
    }

    [TestMethod]
    public void Run_AdamW_Learns() =>
        Assert.AreEqual(1.0, Toy.Train(Toy.Settings with { Optimizer = OptimizerKind.AdamW, LearningRate = 0.01 })
            .History[^1].Accuracy);

    [TestMethod]
    public void Run_SameSeedTwice_GivesTheSameWeightsBitForBit()
    {
        float[] first = Toy.Flat(Toy.Train(network: Toy.Network(dropout: 0.2)).Weights);
        float[] second = Toy.Flat(Toy.Train(network: Toy.Network(dropout: 0.2)).Weights);
        Assert.AreSequenceEqual(first, second);
    }

    [TestMethod]
    public void Run_OtherSeed_GivesOtherWeights() =>
        Assert.AreNotSequenceEqual(
            Toy.Flat(Toy.Train().Weights), Toy.Flat(Toy.Train(Toy.Settings with { Seed = 2 }).Weights));

    [TestMethod]
    public void Run_StreamedRows_LearnsAsWell()
    {
        ArrayRowSource rows = Toy.Rows(200);
        var observer = new RecordingObserver();

        TrainingOutcome outcome = Toy.Train(Toy.Settings with { MemoryBudget = 4_000 }, rows, observer: observer);

        Assert.AreEqual(1.0, outcome.History[^1].Accuracy);
        Assert.AreEqual(9, rows.Passes);
        Assert.Contains("read again every epoch", string.Join('\n', observer.Infos));
    }

    [TestMethod]
    public void Run_BatchLargerThanData_WarnsAndTakesTheData()
    {
        var observer = new RecordingObserver();
        Toy.Train(Toy.Settings with { BatchSize = 1_000, Epochs = 1 }, observer: observer);
        Assert.HasCount(1, observer.Warnings);
        Assert.HasCount(1, observer.Batches);
    }

    [TestMethod]
    public void Run_NoRows_SaysSo()
    {
        InvalidOperationException fault = Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(train: new([], []), network: new Mlp(4).Bind(new([1], 2, 2,
                new DirectEncoder(), new ClifNeuron(), 0))));
        Assert.StartsWith("There are no training rows", fault.Message);
    }

    [TestMethod]
    public void Run_LabelOutsideTheClasses_SaysSo() =>
        Assert.Contains("class 3", Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(train: new([new float[8]], [3]))).Message);

    [TestMethod]
    public void Run_OtherNumberOfFeatures_SaysSo() =>
        Assert.Contains("7 features", Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(train: new([new float[7]], [0]))).Message);

    [TestMethod]
    public void Run_CudaWithoutDevice_SaysSo()
    {
        NativeRuntime.EnsureLoaded(withCuda: true);
        if (TorchSharp.torch.cuda.is_available())
        {
            Assert.Inconclusive("This machine has a CUDA device.");
        }
        Assert.Contains("no CUDA device", Assert.ThrowsExactly<InvalidOperationException>(
            () => Toy.Train(Toy.Settings with { Device = ComputeDevice.Cuda })).Message);
    }

    [TestMethod]
    public void Run_InitialWeightsAndNoLearning_GivesThemBack()
    {
        NetworkWeights initial = Toy.Train(Toy.Settings with { Epochs = 1 }).Weights;
        TrainingOutcome outcome = Toy.Train(
            Toy.Settings with { Epochs = 1, LearningRate = 0, WeightDecay = 0 }, initial: initial);
        Assert.AreSequenceEqual(Toy.Flat(initial), Toy.Flat(outcome.Weights));
    }

    [TestMethod]
    public void Run_ValidationGetsWorse_KeepsTheBestEpochsWeights()
    {
        // From the third epoch on the labels are wrong, so the second epoch stays the best.
        (float[][] points, int[] labels) = Toy.Points(200);
        int[] changing = [.. labels];
        var observer = new RecordingObserver
        {
            OnEpoch = metrics =>
            {
                if (metrics.Epoch == 2)
                {
                    for (int i = 0; i < changing.Length; i++)
                    {
                        changing[i] = (labels[i] + 1) % Toy.Classes;
                    }
                }
            },
        };
        // The rows are read again every epoch, so that the change is seen.
        TrainingSettings settings = Toy.Settings with { Epochs = 5, MemoryBudget = 4_000 };

        TrainingOutcome outcome = Toy.Train(settings, new(points, changing), Toy.Rows(99, seed: 6), observer);

        Assert.HasCount(5, outcome.History);
        Assert.IsLessThanOrEqualTo(2, outcome.BestEpoch);
        Assert.IsLessThan(0.5, outcome.History[^1].ValidationAccuracy!.Value);
        TrainingOutcome again = Toy.Train(
            settings with { Epochs = 1, LearningRate = 0, WeightDecay = 0 }, validation: Toy.Rows(99, seed: 6),
            initial: outcome.Weights);
        Assert.AreEqual(outcome.History[outcome.BestEpoch - 1].ValidationAccuracy, again.History[0].ValidationAccuracy);
    }
}
