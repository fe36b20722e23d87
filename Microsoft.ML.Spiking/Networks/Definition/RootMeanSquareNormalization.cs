namespace Microsoft.ML.Spiking;

/// <summary>
/// Divides all features by one number, their root mean square over the training rows: pixels from 0 to 255, pixels from
/// 0 to 1 and text vectors of length 1 then excite the network alike, and zeros stay zeros. Features of different
/// units, or far from 0, need <see cref="FeatureNormalization"/> or <see cref="ChannelNormalization"/>.
/// </summary>
public sealed record RootMeanSquareNormalization : InputNormalization
{
    internal override int PairsFor(IReadOnlyList<int> shape) => 1;
}
