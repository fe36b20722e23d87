using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.Networks;
using static System.FormattableString;

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

/// <summary>The choices of a pruning.</summary>
public sealed class PruningOptions
{
    /// <summary>
    /// Gets or sets the share of the weights of linear layers and convolutions that becomes 0, from 0 up to, but not
    /// including, 1. Default 0.8.
    /// </summary>
    public double Sparsity { get; set; } = 0.8;

    /// <summary>
    /// Gets or sets among which weights the smallest are looked for. Default <see cref="PruningScope.Layer"/>.
    /// </summary>
    public PruningScope Scope { get; set; }

    /// <summary>
    /// Gets or sets the training that follows, in which weights that are 0 stay 0; null for none. The network, its time
    /// steps and neurons are the model's, as are the columns of features and labels. Default 5 epochs with half the
    /// learning rate of a training, 0.001.
    /// </summary>
    public SpikingClifTrainer.Options? FineTuning { get; set; } =
        new() { Epochs = 5, LearningRate = SpikingClifTrainer.Defaults.LearningRate / 2 };

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (!(Sparsity is >= 0 and < 1))
        {
            yield return Invariant($"{nameof(Sparsity)} is {Sparsity}; it must be from 0 up to, but not including, 1.");
        }
        if (!Enum.IsDefined(Scope))
        {
            yield return $"{nameof(Scope)} is {Scope}; it must be one of " +
                $"{string.Join(", ", Enum.GetNames<PruningScope>())}.";
        }
    }
}
