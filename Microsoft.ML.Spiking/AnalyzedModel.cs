using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;

namespace Microsoft.ML.Spiking;

/// <summary>A model that is reported on, and the data in front of its network.</summary>
/// <param name="Host">Marks the exceptions.</param>
/// <param name="Network">The transformer of the network.</param>
/// <param name="Data">The rows, behind the transforms that precede it.</param>
internal sealed record AnalyzedModel(IHost Host, SpikingPredictionTransformerBase Network, IDataView Data)
{
    /// <summary>Gets the network and its weights.</summary>
    public SpikingModelParameters Parameters => Network.Model;

    /// <summary>Finds the network and sends the data through the transforms before it.</summary>
    /// <exception cref="ArgumentException">The model has no spiking network, or more than one.</exception>
    public static AnalyzedModel Of(IHost host, ITransformer model, IDataView data)
    {
        host.CheckValue(model, nameof(model));
        host.CheckValue(data, nameof(data));
        (ITransformer[] chain, int place) = Find(host, model);
        return new(host, (SpikingPredictionTransformerBase)chain[place],
            chain[..place].Aggregate(data, (view, transformer) => transformer.Transform(view)));
    }

    /// <summary>Returns a model in which the network is another one.</summary>
    /// <param name="host">Marks the exceptions.</param>
    /// <param name="model">The model; it is not changed.</param>
    /// <param name="change">Makes the other network of its network.</param>
    /// <exception cref="ArgumentException">The model has no spiking network, or more than one.</exception>
    public static ITransformer Exchange(
        IHost host, ITransformer model, Func<SpikingModelParameters, SpikingModelParameters> change)
    {
        host.CheckValue(model, nameof(model));
        Find(host, model);
        return Exchange(model, change);
    }

    private static ITransformer Exchange(
        ITransformer model, Func<SpikingModelParameters, SpikingModelParameters> change) => model switch
        {
            SpikingPredictionTransformerBase network => network.With(change(network.Model)),
            IEnumerable<ITransformer> chain =>
                new TransformerChain<ITransformer>([.. chain.Select(part => Exchange(part, change))]),
            _ => model,
        };

    private static (ITransformer[] Chain, int Place) Find(IHost host, ITransformer model)
    {
        ITransformer[] chain = [.. Flat(model)];
        int[] places =
            [.. Enumerable.Range(0, chain.Length).Where(i => chain[i] is SpikingPredictionTransformerBase)];
        return places is [int place] ? (chain, place) : throw host.ExceptParam(nameof(model), places.Length == 0
            ? $"The model, a {model.GetType().Name}, has no spiking network to report on."
            : FormattableString.Invariant(
                $"The model has {places.Length} spiking networks; pass the one to report on."));
    }

    /// <summary>Returns the rows.</summary>
    /// <param name="needsLabel">Whether a missing label column is an error.</param>
    /// <param name="weight">The column of the examples' weights; null for none.</param>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    public AnalysisData Rows(bool needsLabel = false, string? weight = null) =>
        AnalysisRows.Of(Host, Data, Network.BindTo(Data.Schema), Network.Label, needsLabel, weight);

    /// <summary>Returns the classes' names in the order of the keys.</summary>
    public IReadOnlyList<string> Classes() => AnalysisRows.ClassesOf(Network.Label, Parameters.Network.ClassCount);

    /// <summary>
    /// Returns the features' names in the network's order; null where the column has none, or other order.
    /// </summary>
    public IReadOnlyList<string>? FeatureNames() =>
        AnalysisRows.NamesOf(Network.BindTo(Data.Schema), Parameters.Network.InputSize);

    private static IEnumerable<ITransformer> Flat(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [model];
}
