namespace Microsoft.ML.Spiking.MLNetInternals.Schema;

/// <summary>The columns that a trainer's options name.</summary>
/// <param name="Feature">Read.</param>
/// <param name="Label">Read.</param>
/// <param name="Weight">Read; null for none.</param>
/// <param name="PredictedLabel">Written by the trained model.</param>
/// <param name="Score">Written by the trained model.</param>
internal sealed record TrainerColumnNames(
    string Feature, string Label, string? Weight, string PredictedLabel, string Score);
