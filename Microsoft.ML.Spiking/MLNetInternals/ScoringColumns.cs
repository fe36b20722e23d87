namespace Microsoft.ML.Spiking.MLNetInternals;

/// <summary>The columns that a trained model reads and writes.</summary>
/// <param name="FeatureName">Read.</param>
/// <param name="Label">The training label: the predicted label takes over its type and key values.</param>
/// <param name="PredictedLabelName">Written.</param>
/// <param name="ScoreName">Written.</param>
internal sealed record ScoringColumns(
    string FeatureName, DataViewSchema.Column Label, string PredictedLabelName, string ScoreName);
