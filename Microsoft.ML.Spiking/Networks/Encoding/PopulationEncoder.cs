using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Population coding: each number becomes several values, one for each receptive field, which are the current at every
/// time step. The fields of a feature are the intervals between its quantiles over the training rows; a value is 0
/// below its field, 1 above it and rises linearly inside. Features of at most two values, such as those of one-hot
/// encoding, remain one value. For vectors alone; <see cref="SpikingClifTrainer.Options.InputNormalization"/> is not
/// used.
/// </summary>
/// <remarks>
/// The fields become the network's first layer, a <see cref="Networks.PopulationLayer"/>, whose values are standardized
/// as by <see cref="FeatureNormalization"/>. Source: Gorishniy et al., "On Embeddings for Numerical Features in Tabular
/// Deep Learning", NeurIPS 2022, arXiv 2203.05556, where they are called piecewise linear encoding.
/// </remarks>
public sealed record PopulationEncoder : InputEncoder
{
    internal const int MostFields = 256, MostTrees = 1_024;

    /// <summary>Creates the encoder.</summary>
    /// <param name="fields">The most receptive fields of a feature, from 2 to 256.</param>
    public PopulationEncoder(int fields = 16) => Fields = fields;

    /// <summary>
    /// Gets the most receptive fields of a feature, from 2 to 256; a feature of few different values has fewer.
    /// Default 16.
    /// </summary>
    public int Fields { get; init; }

    /// <summary>
    /// Gets the number of decision trees whose leaves become inputs beside the fields, of all classes together, from 0
    /// to 1,024. Default 0, for none. Each has at most eight leaves, with at least 20 training rows in each, and is
    /// fitted to what the trees before it leave to explain (gradient boosting). A leaf is 1 for the rows that lie in
    /// it and 0 for others. They help where a few thresholds and their combinations decide. With three classes and more
    /// the number is rounded down to as many trees for each, at least one. Where no tree finds a split, a warning says
    /// so. Source: Biau, Scornet and Welbl, "Neural Random Forests", arXiv 1604.07143.
    /// </summary>
    public int Trees { get; init; }

    internal override SignalKind OutputKind => SignalKind.Constant;

    internal override IEnumerable<string> Faults()
    {
        if (Fields is < 2 or > MostFields)
        {
            yield return Invariant($"{nameof(PopulationEncoder)}.{nameof(Fields)} is {Fields}; it must be from 2 to ") +
                Invariant($"{MostFields}.");
        }
        if (Trees is < 0 or > MostTrees)
        {
            yield return Invariant($"{nameof(PopulationEncoder)}.{nameof(Trees)} is {Trees}; it must be from 0 to ") +
                Invariant($"{MostTrees}.");
        }
    }

    internal override void Encode(ReadOnlySpan<float> row, in EncodingMoment moment, Span<float> current) =>
        throw new NotSupportedException($"The fields of a {nameof(PopulationEncoder)} are the network's first layer.");
}
