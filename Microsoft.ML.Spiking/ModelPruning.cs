using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

/// <summary>The pruning of a model with the fine-tuning that follows.</summary>
internal static class ModelPruning
{
    /// <summary>Runs it; see <see cref="SpikingAnalysisCatalog.PruneWeights"/>.</summary>
    public static PruningReport Run(
        IHost host, ITransformer model, IDataView trainData, IDataView testData, PruningOptions options)
    {
        if (options.Faults().FirstOrDefault() is string fault)
        {
            throw host.ExceptParam(nameof(options), fault);
        }
        AnalyzedModel train = AnalyzedModel.Of(host, model, trainData), test = AnalyzedModel.Of(host, model, testData);
        NetworkDefinition network = train.Parameters.Network;
        ScoredLabels before = Score(train.Parameters.Weights);
        NetworkWeights pruned =
            WeightPruning.Apply(network, train.Parameters.Weights, options.Sparsity, options.Scope);
        NetworkWeights result = options.FineTuning is { } tuning
            ? FineTune(host, train, new(network, pruned), tuning) : pruned;
        return new()
        {
            Rows = before.Labels.Count,
            AccuracyBefore = before.Accuracy,
            PrunedAccuracy = Score(pruned).Accuracy,
            Accuracy = Score(result).Accuracy,
            Layers = WeightPruning.Count(network, result),
            Model = AnalyzedModel.Exchange(host, model, _ => new(network, result)),
        };

        ScoredLabels Score(NetworkWeights weights) => ScoredLabels.Of(network, weights, test.Rows(needsLabel: true));
    }

    private static NetworkWeights FineTune(
        IHost host, AnalyzedModel model, SpikingModelParameters pruned, SpikingClifTrainer.Options tuning)
    {
        SpikingClifTrainer.Options options = tuning.Copy();
        options.FeatureColumnName = model.Network.FeatureColumnName;
        options.LabelColumnName = model.Network.Label.Name;
        options.KeepZeroWeights = true;
        ITransformer start = model.Network.With(pruned);
        return model.Network is SpikingBinaryPredictionTransformer binary
            ? new SpikingClifBinaryTrainer(host, options, binary.ProbabilityColumnName).Fit(model.Data, start)
                .Model.Weights
            : new SpikingClifTrainer(host, options).Fit(model.Data, start).Model.Weights;
    }
}
