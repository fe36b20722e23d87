using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Distributed.Mpi;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Distributed;

/// <summary>
/// The processes that an MPI launcher has started (mpirun, mpiexec, srun), for
/// <see cref="SpikingClifTrainer.Options.Ranks"/>. Needs the MPI library of that launcher: Open MPI, MPICH or one that
/// is binary compatible with it (Intel MPI, MVAPICH), or Microsoft MPI.
/// </summary>
/// <remarks>
/// MPI can be joined once in a process. Where a rank ends without <see cref="Dispose"/>, as by an uncaught exception,
/// the launcher ends the others.
/// </remarks>
/// <example>
/// <code>
/// using MpiRanks ranks = MpiRanks.Join();
/// var options = new SpikingClifTrainer.Options { Ranks = ranks, CheckpointFolder = "checkpoints" };
/// ITransformer model = ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train);
/// if (ranks.IsFirst)
/// {
///     ml.Model.Save(model, train.Schema, "model.zip");
/// }
/// </code>
/// </example>
public sealed class MpiRanks : RankGroup, IDisposable
{
    private static int _joined;

    private readonly MpiLibrary _library;
    private readonly PosixSignalRegistration? _terminated;
    private bool _isDisposed;

    private MpiRanks(MpiLibrary library)
    {
        _library = library;
        Rank = library.Rank();
        Count = library.Count();
        Library = library.Version();
        (LocalRank, LocalCount) = library.OnThisMachine();
        if (!OperatingSystem.IsWindows() && Count > 1)
        {
            _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => ReportEnd());
        }
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <summary>
    /// Gets the number of this process among those on the same machine, from 0; the CUDA device that it should take,
    /// where each rank takes one: <see cref="SpikingClifTrainer.Options.CudaDeviceIndex"/>.
    /// </summary>
    public int LocalRank { get; }

    /// <summary>Gets the number of ranks on the same machine, at least 1.</summary>
    public int LocalCount { get; }

    /// <summary>Gets the name and version of the MPI library, as it calls itself.</summary>
    public string Library { get; }

    /// <summary>
    /// Joins the ranks; to be called once, before the training, by each process that the launcher has started. Without
    /// a launcher the process is the only rank, and trains as it would by itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// There is no MPI library, MPI was joined before, or it lets only one thread call it.
    /// </exception>
    public static MpiRanks Join()
    {
        var library = MpiLibrary.Load();
        if (Interlocked.Exchange(ref _joined, 1) != 0)
        {
            throw new InvalidOperationException(
                "This process has joined MPI before, which is possible once: keep the ranks for all trainings.");
        }
        library.Start();
        return new(library);
    }

    /// <inheritdoc/>
    public override void Exchange(ReadOnlySpan<byte> sent, int to, Span<byte> received, int from)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Check(to);
        Check(from);
        _library.Exchange(sent, to, received, from);
    }

    /// <summary>Writes the reason to the standard error stream and ends all ranks with exit code 1.</summary>
    /// <param name="reason">A sentence for the user.</param>
    public override void Abandon(string reason)
    {
        Console.Error.WriteLine(reason);
        Console.Error.Flush();
        _library.Abort();
    }

    /// <summary>Leaves the ranks; waits until all have got here.</summary>
    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            _terminated?.Dispose();
            _library.End();
        }
    }

    private void Check(int rank)
    {
        if (rank < 0 || rank >= Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(rank), rank, Invariant($"There are the ranks 0 to {Count - 1}."));
        }
    }

    // The launcher terminates the ranks that are left when one is gone.
    private void ReportEnd() => Console.Error.WriteLine(
        Invariant($"Rank {Rank} of {Count} ends: the launcher has terminated it, as it does when another rank is ") +
        "gone. Started again with the same command, the training resumes from its checkpoint, where it writes one.");
}
