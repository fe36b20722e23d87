using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>
/// Waits for a database that is unavailable for a while, because its server is restarted or the network is interrupted,
/// and turns every other failure into a sentence.
/// </summary>
/// <param name="store">The database.</param>
/// <param name="sql">Its engine.</param>
/// <param name="patience">How long to wait.</param>
/// <param name="warn">Receives a warning when it has to be waited for.</param>
/// <param name="token">Ends the waiting.</param>
internal sealed class PatientTrialStore(
    ITrialStore store, SqlDialect sql, TimeSpan patience, Action<string> warn, CancellationToken token) : ITrialStore
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Opens a database. If it is unavailable at this point, that is a mistake rather than an interruption.
    /// </summary>
    /// <exception cref="SweepStorageException">It cannot be used.</exception>
    public static PatientTrialStore Open(SqlDialect sql, TimeSpan patience, Action<string> warn,
        CancellationToken token)
    {
        try
        {
            return new(Connect(sql), sql, patience, warn, token);
        }
        catch (DbException exception)
        {
            throw new SweepStorageException(sql.Explain(exception), exception);
        }
    }

    private static SqlTrialStore Connect(SqlDialect sql)
    {
        try
        {
            return new(sql);
        }
        catch (DbException exception) when (sql.IsTransient(exception))
        {
            sql.Close(); // connections of an earlier sweep may have died with their server
            return new(sql);
        }
    }

    public StudyRecord OpenStudy(string name, string definition, SweepSpace space) =>
        Patiently(() => store.OpenStudy(name, definition, space));

    public StudySnapshot Read(StudyRecord study) => Patiently(() => store.Read(study));

    public Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket) =>
        Patiently(() => store.TryAdd(study, trial, ticket));

    public Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket) =>
        Patiently(() => store.TryClaim(seen, targetEpoch, ticket));

    public bool Renew(Claim claim) => Patiently(() => store.Renew(claim));

    public bool Report(Claim claim, EpochReport report) => Patiently(() => store.Report(claim, report));

    public bool Release(Claim claim, TrialOutcome outcome) => Patiently(() => store.Release(claim, outcome));

    public bool WriteCheckpoint(Claim claim, int fold, CheckpointRecord checkpoint, out string? replaced)
    {
        (bool isHeld, replaced) =
            Patiently(() => (store.WriteCheckpoint(claim, fold, checkpoint, out string? old), old));
        return isHeld;
    }

    public CheckpointRecord? ReadCheckpoint(long trial, int fold) =>
        Patiently(() => store.ReadCheckpoint(trial, fold));

    public void Stop(IReadOnlyCollection<long> trials) => Patiently(() =>
    {
        store.Stop(trials);
        return true;
    });

    public IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials) =>
        Patiently(() => store.DeleteCheckpoints(trials));

    public bool IsAbandoned(string token, string file) => Patiently(() => store.IsAbandoned(token, file));

    private T Patiently<T>(Func<T> call)
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan wait = FirstWait;
        while (true)
        {
            try
            {
                return call();
            }
            catch (DbException exception) when (sql.IsTransient(exception)
                && Stopwatch.GetElapsedTime(started) < patience && !token.IsCancellationRequested)
            {
                if (wait == FirstWait)
                {
                    warn($"{sql.Explain(exception)} The sweep tries again for up to {Words(patience)}.");
                }
                token.WaitHandle.WaitOne(wait);
                wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks));
            }
            catch (DbException exception)
            {
                string tried = sql.IsTransient(exception) && !token.IsCancellationRequested
                    ? $" The sweep tried for {Words(Stopwatch.GetElapsedTime(started))} " +
                        $"({nameof(SweepSettings.DatabasePatience)} is {Words(patience)}) and stops; what is stored " +
                        "is kept, and the same sweep started again goes on."
                    : "";
                throw new SweepStorageException(sql.Explain(exception) + tried, exception);
            }
        }
    }

    private static string Words(TimeSpan time) => time.TotalMinutes >= 2
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes")
        : time.TotalSeconds == 1 ? "1 second"
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} seconds");
}
