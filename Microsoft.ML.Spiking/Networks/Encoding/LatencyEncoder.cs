using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Latency coding: each feature is a single spike, the earlier the larger: 1 at the first time step, values near 0 at
/// the last, at step (T - 1) (1 - value), rounded. Features belong between 0 and 1: those of at most 0 never fire,
/// those above 1 fire as at 1. Single spikes are a weak current: neurons behind a batch normalization learn from them,
/// where those behind a bare linear layer may stay silent.
/// </summary>
public sealed record LatencyEncoder : InputEncoder
{
    internal override SignalKind OutputKind => SignalKind.Spikes;

    internal override void Encode(ReadOnlySpan<float> row, in EncodingMoment moment, Span<float> current)
    {
        for (int i = 0; i < row.Length; i++)
        {
            float value = Math.Min(row[i], 1f);
            float step = MathF.Round((moment.TimeSteps - 1) * (1 - value), MidpointRounding.AwayFromZero);
            current[i] = value > 0 && step == moment.Step ? 1f : 0f;
        }
    }
}
