namespace Microsoft.ML.Spiking.Networks.Folding;

/// <summary>
/// The order in which the values of a step lie: all channels of a pixel together, pixel after pixel, so that a vector
/// holds neighbouring channels. One channel stands for the order of the definition.
/// </summary>
/// <param name="Channels">Values that lie together.</param>
/// <param name="Pixels">Number of such groups.</param>
internal readonly record struct Interleaving(int Channels, int Pixels)
{
    /// <summary>The definition's order: channel after channel.</summary>
    public static Interleaving Natural(int size) => new(1, size);

    /// <summary>The order of an image; with one pixel it is the definition's.</summary>
    public static Interleaving OfImage(int channels, int pixels) =>
        pixels == 1 ? Natural(channels) : new(channels, pixels);

    /// <summary>Returns the position in the definition's order of the value at <paramref name="place"/>.</summary>
    public int PositionOf(int place) => (place % Channels * Pixels) + (place / Channels);

    /// <summary>Returns the place of the value at that position in the definition's order.</summary>
    public int PlaceOf(int position) => (position % Pixels * Channels) + (position / Pixels);
}
