namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>The columns that a trained model reads and writes.</summary>
/// <param name="FeatureName">Read.</param>
/// <param name="FeatureShape">Its dimensions in training.</param>
/// <param name="Label">The training label: the predicted label takes over its type and key values.</param>
/// <param name="PredictedLabelName">Written.</param>
/// <param name="ScoreName">Written.</param>
internal sealed record ScoringColumns(
    string FeatureName, IReadOnlyList<int> FeatureShape, DataViewSchema.Column Label, string PredictedLabelName, string ScoreName);
