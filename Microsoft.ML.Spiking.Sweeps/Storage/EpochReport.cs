namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>What a trial was like after an epoch.</summary>
/// <param name="Fold">From 0.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Value">The sweep's metric on the validation rows; null where it is not a number.</param>
/// <param name="Accuracy">On the validation rows, 0 to 1.</param>
/// <param name="Loss">Mean cross entropy of the validation rows' scores; null where it is not a finite number.</param>
/// <param name="TrainingLoss">Mean over the epoch; null where it is not a finite number.</param>
internal sealed record EpochReport(int Fold, int Epoch, double? Value, double? Accuracy, double? Loss, double? TrainingLoss)
{
    /// <summary>When it was stored, in seconds of the database's clock.</summary>
    public double ReportedAt { get; init; }
}
