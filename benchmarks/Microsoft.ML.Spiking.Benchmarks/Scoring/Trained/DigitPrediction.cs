using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>The prediction for a digit.</summary>
internal sealed class DigitPrediction
{
    [KeyType(DigitRow.Classes)]
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];
}
