namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>What libtorch is wanted for: sentences about its absence say so.</summary>
internal enum TorchUse
{
    Training,
    Scoring,
}
