using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>A process that predicts once, and then reports its peak memory.</summary>
internal static class StartTask
{
    public const string Nothing = "nothing but .NET";
    public const string Managed = "managed";
    public const string Torch = "libtorch";
    public const string Engine = "ML.NET's engine, managed";
    public const string TorchEngine = "ML.NET's engine, libtorch";

    public static readonly string[] Ways = [Nothing, Managed, Torch, Engine, TorchEngine];

    public static IEnumerable<double> Run(string way, string folder)
    {
        if (way is Managed or Torch)
        {
            Score(folder, way);
        }
        else if (way != Nothing)
        {
            Predict(folder, way);
        }
        yield return ResidentMemory.Peak;
    }

    private static void Score(string folder, string way)
    {
        (NetworkDefinition definition, NetworkWeights weights) = SavedNetwork.Load(folder);
        using IScorer scorer = way == Managed
            ? new ManagedScorer(definition, weights)
            : OnTorch(definition, weights);
        Check(score => scorer.Score(new float[definition.InputSize], 1, score));
    }

    // A method of its own, so that the managed way does not load TorchSharp.
    private static TorchScorer OnTorch(NetworkDefinition definition, NetworkWeights weights) =>
        new(definition, weights, TorchWorker.On(ComputeDevice.Cpu, 0));

    private static void Predict(string folder, string way)
    {
        var ml = new MLContext();
        ITransformer model = ml.Model.Load(SavedNetwork.ModelIn(folder), out _);
        if (way == TorchEngine)
        {
            ml.Model.ChangeScoringBackend(model, ScoringBackend.Torch, ComputeDevice.Cpu);
        }
        using var engine = ml.Model.CreatePredictionEngine<DigitRow, DigitPrediction>(model);
        Check(score => engine.Predict(new DigitRow { Features = new float[DigitRow.Side * DigitRow.Side], Label = 1 })
            .Score.CopyTo(score, 0));
    }

    private static void Check(Action<float[]> predict)
    {
        float[] scores = new float[DigitRow.Classes];
        predict(scores);
        float sum = 0;
        foreach (float score in scores)
        {
            sum += score;
        }
        if (!(Math.Abs(sum - 1) < 1e-3))
        {
            throw new InvalidOperationException("The scores are not probabilities.");
        }
    }
}
