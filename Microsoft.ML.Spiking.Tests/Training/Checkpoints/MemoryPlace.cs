using Microsoft.ML.Spiking.Training.Checkpoints;


namespace Microsoft.ML.Spiking.Tests.Training.Checkpoints;

/// <summary>Keeps the last checkpoint.</summary>
internal sealed class MemoryPlace : ICheckpointPlace
{
    private Checkpoint? _checkpoint;

    public Checkpoint? Read() => _checkpoint;

    public void Write(Checkpoint checkpoint) => _checkpoint = checkpoint;
}
