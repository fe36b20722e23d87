using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>Feedback networks, from the options to a model that another context has loaded.</summary>
[TestClass]
public sealed class FeedbackTests
{
    private readonly MLContext _ml = new(1);

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(false, 1.0)]
    [DataRow(false, 0.9)]
    [DataRow(true, 1.0)]
    public void Fit_SavedAndLoaded_ScoresAlikeInBothBackends(bool isAtEquilibrium, double leak)
    {
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer trained = Fit(data, options => options.Network =
            new FeedbackMlp(16, 8) { IsAtEquilibrium = isAtEquilibrium, Leak = leak });
        using var zip = new MemoryStream();
        _ml.Model.Save(trained, data.Schema, zip);
        SpikingModelFile.Check(zip, cancellationToken: TestContext.CancellationToken);
        zip.Position = 0;

        var loaded = (SpikingPredictionTransformer)new MLContext().Model.Load(zip, out _);

        float[] scores = Scores(loaded, data);
        Assert.AreSequenceEqual(Scores(trained, data), scores);
        Assert.IsGreaterThan(0.9, _ml.MulticlassClassification.Evaluate(loaded.Transform(data)).MicroAccuracy);
        loaded.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        int differ = Scores(loaded, data).Zip(scores).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-4);
        Assert.IsLessThanOrEqualTo(6, differ); // rows with a potential at the threshold
    }

    [TestMethod]
    public void Fit_InterruptedAndResumed_GivesTheSameWeights()
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
                if (progress is { Epoch: 2, Rows: 32 })
                {
                    source.Cancel();
                }
            };
        }));

        using SpikingPredictionTransformer resumed = Fit(data, options => options.CheckpointFolder = folder.Path);

        Assert.AreSequenceEqual(Weights(whole), Weights(resumed));
    }

    /// <summary>With weights of twice the threshold each step of the solver adds half of what is there.</summary>
    [TestMethod]
    [DataRow(0.5f, 0)]
    [DataRow(2f, 1)]
    public void Backward_WeightsBeyondContraction_SaysThatTheSolverStalled(float weight, int expected)
    {
        using DisposeScope scope = NewDisposeScope();
        List<string> stalled = [];
        Tensor weights = eye(3).mul(tensor(weight)).requires_grad_(true);
        Tensor input = full([2, 3], 0.4f).requires_grad_(true);

        Tensor rates = new FeedbackOperation(new FeedbackLayer("f", 3), timeSteps: 1, stalled.Add).Run(input, weights);
        rates.sum().backward();

        Assert.HasCount(expected, stalled);
    }

    [TestMethod]
    public void Bind_WhatCannotSettle_SaysWhatToDo()
    {
        NetworkTemplate template = new FeedbackMlp(4);
        Assert.Contains("does not change", Assert.Throws<NetworkDefinitionException>(
            () => template.Bind(Bindings.Of([3]) with { HasTimeAxis = true, TimeSteps = 4 })).Message);
        Assert.Contains("does not change", Assert.Throws<NetworkDefinitionException>(
            () => new NetworkBuilder().Neuron().Feedback().Build().Bind(Bindings.Of([3]))).Message);
        Assert.Contains("put Flatten() before it", Assert.Throws<NetworkDefinitionException>(
            () => new NetworkBuilder().Convolution(2, 3).Feedback().Build().Bind(Bindings.Image(1, 6))).Message);
        Assert.Contains("leak of 2", Assert.Throws<NetworkDefinitionException>(
            () => new NetworkBuilder().Feedback(leak: 2).Build().Bind(Bindings.Of([3]))).Message);
        Assert.IsNotEmpty(new FeedbackMlp(4) { Threshold = 0 }.Faults());
        IDataView data = Flowers.Keyed(_ml);
        using SpikingPredictionTransformer model = Fit(data);
        Assert.Contains("'feedback1' is a FeedbackLayer",
            Assert.Throws<InvalidOperationException>(() => _ml.Model.FiringRates(model, data)).Message);
    }

    private SpikingPredictionTransformer Fit(IDataView data, Action<SpikingClifTrainer.Options>? change = null) =>
        Flowers.Fit(_ml, data, options =>
        {
            (options.Network, options.TimeSteps, options.Epochs) = (new FeedbackMlp(16), 8, 12);
            change?.Invoke(options);
        });

    private static float[] Scores(SpikingPredictionTransformer model, IDataView data) =>
        [.. model.Transform(data).GetColumn<float[]>("Score").SelectMany(scores => scores)];

    private static float[] Weights(SpikingPredictionTransformer model) =>
        [.. model.Model.Weights.SelectMany(array => array.Values.ToArray())];
}
