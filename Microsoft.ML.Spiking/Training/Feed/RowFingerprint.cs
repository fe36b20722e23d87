using System.Numerics;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// A number that tells sets of rows apart: from every feature's bits and place, every label and weight, and the order of
/// the rows. The same on every machine, and the same for dense and sparse rows. No defence against intent.
/// </summary>
internal static class RowFingerprint
{
    // Odd numbers without pattern; the first is 2^64 over the golden ratio.
    private const ulong Step = 0x9E3779B97F4A7C15;
    private const ulong Mixer = 0xBF58476D1CE4E5B9;

    /// <summary>The fingerprint with one more row.</summary>
    public static ulong Add(ulong fingerprint, IRowCursor row)
    {
        ReadOnlySpan<float> values = row.Values;
        ReadOnlySpan<int> indices = row.IsDense ? [] : row.Indices;
        unchecked
        {
            ulong sum = ((ulong)row.Label << 32) | BitConverter.SingleToUInt32Bits(row.Weight);
            for (int i = 0; i < values.Length; i++)
            {
                // Zeros add nothing, so it does not matter whether a row names them; -0 counts as 0.
                ulong place = row.IsDense ? (ulong)i : (ulong)indices[i];
                sum += BitConverter.SingleToUInt32Bits(values[i] + 0f) * (((place + 1) * Step) | 1);
            }
            sum = (sum ^ (sum >> 31)) * Mixer;
            return (BitOperations.RotateLeft(fingerprint, 5) ^ sum ^ (sum >> 29)) * Step;
        }
    }
}
