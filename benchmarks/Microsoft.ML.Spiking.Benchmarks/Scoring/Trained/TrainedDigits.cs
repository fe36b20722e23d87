namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>A network that was trained on digits.</summary>
/// <param name="Network">The network.</param>
/// <param name="Model">As ML.NET has it.</param>
/// <param name="Test">Digits that it has not seen.</param>
/// <param name="Accuracy">On those.</param>
internal sealed record TrainedDigits(
    TrainedNetwork Network, SpikingPredictionTransformer Model, IReadOnlyList<DigitRow> Test, double Accuracy)
{
    /// <summary>The model once more, scoring with libtorch.</summary>
    public SpikingPredictionTransformer OnTorch(MLContext ml)
    {
        using var stream = new MemoryStream();
        ml.Model.Save(Model, ml.Data.LoadFromEnumerable(Test.Take(1)).Schema, stream);
        var copy = (SpikingPredictionTransformer)ml.Model.Load(stream, out _);
        copy.Model.ChangeScoringBackend(ScoringBackend.Torch, ComputeDevice.Cpu);
        return copy;
    }
}
