using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Randomness;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Rate coding: at every time step each feature is a spike with a probability of its value times
/// <see cref="Rate"/>, independently of all else. Features belong between 0 and 1: below 0 they never fire, above 1
/// they fire as at 1.
/// </summary>
/// <remarks>
/// The spikes of a row are a function of the row's values and of a seed: the training's and the epoch, so that every
/// epoch sees different spikes; at scoring, of <see cref="Seed"/> alone. A row's scores therefore never depend on the
/// batch, the thread or the rows before, and equal rows have equal scores.
/// </remarks>
public sealed record PoissonEncoder : InputEncoder
{
    /// <summary>Gets the probability of a spike for a feature of 1; greater than 0, at most 1. Default 1.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>Gets the seed of the spikes at scoring, which depend on the row besides. Default 0.</summary>
    public int Seed { get; init; }

    internal override SignalKind OutputKind => SignalKind.Spikes;

    internal override IEnumerable<string> Faults()
    {
        if (Rate is not (> 0 and <= 1))
        {
            yield return Invariant($"{nameof(PoissonEncoder)}.{nameof(Rate)} is {Rate}; it must be greater than 0 ") +
                "and at most 1.";
        }
    }

    // FNV-1a over the values' bits; -0 counts as 0, which fires alike.
    internal override long KeyOf(ReadOnlySpan<float> row)
    {
        ulong hash = 14695981039346656037;
        foreach (float value in row)
        {
            hash = unchecked((hash ^ BitConverter.SingleToUInt32Bits(value + 0f)) * 1099511628211);
        }
        return unchecked((long)hash);
    }

    internal override void Encode(ReadOnlySpan<float> row, in EncodingMoment moment, Span<float> current)
    {
        var random = new RandomStream(
            moment.Seed ?? Seed, RandomPurpose.Encoding, channel: moment.Step, moment.Epoch, moment.RowKey);
        float rate = (float)Rate;
        for (int i = 0; i < row.Length; i++)
        {
            current[i] = random.NextSingle() < Math.Min(row[i], 1f) * rate ? 1f : 0f;
        }
    }
}
