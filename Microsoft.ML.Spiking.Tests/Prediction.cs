using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests;

/// <summary>The prediction for a <see cref="Flower"/>.</summary>
internal sealed class Prediction
{
    [KeyType(3)]
    public uint PredictedLabel { get; set; }

    public float[] Score { get; set; } = [];
}
