namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Ends a training that has stopped getting better on the validation rows.</summary>
/// <param name="patience">Epochs in a row that may pass without a new best one; null for any number.</param>
internal sealed class EarlyStopping(int? patience)
{
    /// <summary>Whether that many epochs have passed since the best one.</summary>
    /// <param name="finished">Epochs that have ended.</param>
    /// <param name="best">The best of them; null before the first has ended.</param>
    public bool IsDue(int finished, KeptWeights? best) => best is not null && finished - best.Epoch >= patience;
}
