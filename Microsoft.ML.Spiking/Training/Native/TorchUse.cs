namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>The use of libtorch, named in sentences about its absence.</summary>
internal enum TorchUse
{
    Training,
    Scoring,
}
