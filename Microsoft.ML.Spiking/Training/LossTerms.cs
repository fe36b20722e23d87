namespace Microsoft.ML.Spiking.Training;

/// <summary>What a loss is made of.</summary>
/// <param name="Lambda">Share of the squared error.</param>
/// <param name="Target">Of the squared error.</param>
/// <param name="LabelSmoothing">Part of the classes that is spread over all, in the cross entropy.</param>
internal sealed record LossTerms(double Lambda, LossTarget Target, double LabelSmoothing);
