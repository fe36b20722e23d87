using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The choices of a <see cref="FiringRateReport"/>.</summary>
public sealed class FiringRateOptions
{
    /// <summary>Gets or sets the most rows that are read; at least 1. Null (the default) for all.</summary>
    public int? MaximumRows { get; set; }

    /// <summary>
    /// Gets or sets the firing rate from which a neuron counts as saturated, greater than 0, at most 1. Default 0.95.
    /// </summary>
    public double SaturationRate { get; set; } = 0.95;

    /// <summary>Gets or sets the number of bars of the histograms, from 1 to 1,000. Default 20.</summary>
    public int HistogramBins { get; set; } = 20;

    /// <summary>
    /// Gets or sets the rows, from 0 in the data's order, whose spikes are kept, each of all layers. Default none.
    /// </summary>
    public IReadOnlyList<int> RasterRows { get; set; } = [];

    /// <summary>
    /// Gets or sets the neurons whose potentials are kept for each of <see cref="RasterRows"/>. Default none.
    /// </summary>
    public IReadOnlyList<NeuronPlace> TracedNeurons { get; set; } = [];

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaximumRows is < 1)
        {
            yield return Invariant($"{nameof(MaximumRows)} is {MaximumRows}; it must be at least 1, or null for all.");
        }
        if (!(SaturationRate > 0 && SaturationRate <= 1))
        {
            yield return Invariant($"{nameof(SaturationRate)} is {SaturationRate}; it must be greater than 0 and at ") +
                "most 1.";
        }
        if (HistogramBins is < 1 or > 1000)
        {
            yield return Invariant($"{nameof(HistogramBins)} is {HistogramBins}; it must be from 1 to 1000.");
        }
        if (RasterRows is null || RasterRows.Any(row => row < 0))
        {
            yield return $"{nameof(RasterRows)} must be row numbers from 0; for none leave it empty.";
        }
        if (TracedNeurons is null)
        {
            yield return $"{nameof(TracedNeurons)} is null; for none leave it empty.";
        }
        else if (TracedNeurons.Count > 0 && RasterRows is { Count: 0 })
        {
            yield return $"{nameof(TracedNeurons)} are given but {nameof(RasterRows)} is empty; name the rows on " +
                "which they are traced.";
        }
    }
}

/// <summary>The place of a neuron in a network.</summary>
public readonly record struct NeuronPlace
{
    /// <summary>Creates the place of a neuron.</summary>
    /// <param name="layer">The name of its layer, such as "neuron1".</param>
    /// <param name="index">Its index in the layer, from 0; of images in the order [channels, height, width].</param>
    public NeuronPlace(string layer, int index)
    {
        Layer = layer;
        Index = index;
    }

    /// <summary>Gets the layer's name.</summary>
    public string Layer { get; init; }

    /// <summary>Gets the index in the layer, from 0; of images in the order [channels, height, width].</summary>
    public int Index { get; init; }
}
