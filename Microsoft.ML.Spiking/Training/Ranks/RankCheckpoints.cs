using Microsoft.ML.Spiking.Training.Checkpoints;

namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>
/// The checkpoint of a training of several ranks: rank 0 reads and writes it, the others receive it from there and need
/// no folder that they share. All ranks create it and read it at the same place of the training.
/// </summary>
/// <param name="ranks">The ranks.</param>
/// <param name="folder">On rank 0 the folder, disposed with this; null on the others.</param>
internal sealed class RankCheckpoints(RankGroup ranks, CheckpointFolder? folder) : IFoldedPlace
{
    /// <summary>Opens the folder on rank 0; null on all ranks where rank 0 was given none.</summary>
    public static RankCheckpoints? Open(RankGroup ranks, string? folder)
    {
        CheckpointFolder? opened = ranks.IsFirst && folder is not null ? CheckpointFolder.Open(folder) : null;
        byte[] isThere = ranks.Give([opened is null ? (byte)0 : (byte)1]);
        return isThere[0] == 1 ? new(ranks, opened) : null;
    }

    public Checkpoint? Read() => Give(folder?.Read());

    public void Write(Checkpoint checkpoint) => folder?.Write(checkpoint);

    public IFoldedPlace OpenFold(TrainingIdentity training, out Checkpoint? found)
    {
        found = null;
        CheckpointFolder? fold = folder?.OpenFold(training, out found);
        found = Give(found);
        return new RankCheckpoints(ranks, fold);
    }

    public override string ToString() => folder?.ToString() ?? "the checkpoint of rank 0";

    public void Dispose() => folder?.Dispose();

    private Checkpoint? Give(Checkpoint? found)
    {
        using var stream = new MemoryStream();
        if (ranks.IsFirst && found is not null)
        {
            CheckpointFile.Write(stream, found);
        }
        byte[] bytes = ranks.Give(stream.ToArray());
        if (bytes.Length == 0 || ranks.IsFirst)
        {
            return found;
        }
        using var received = new MemoryStream(bytes, writable: false);
        return CheckpointFile.Read(received);
    }
}
