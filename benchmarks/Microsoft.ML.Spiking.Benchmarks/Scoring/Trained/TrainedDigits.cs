namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>A network that was trained on digits.</summary>
/// <param name="Network">The network.</param>
/// <param name="Model">The ML.NET model.</param>
/// <param name="Test">Test digits.</param>
/// <param name="Accuracy">The accuracy on the test digits.</param>
internal sealed record TrainedDigits(
    TrainedNetwork Network, SpikingPredictionTransformer Model, IReadOnlyList<DigitRow> Test, double Accuracy)
{
    /// <summary>Returns a copy of the model that scores with libtorch.</summary>
    public SpikingPredictionTransformer OnTorch(MLContext ml)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(Model, ml.Data.LoadFromEnumerable(Test.Take(1)).Schema, stream);
        var copy = (SpikingPredictionTransformer)ml.Model.Load(stream, out _);
        copy.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        return copy;
    }
}
