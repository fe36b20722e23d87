using System.Data.Common;
using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>Reads all trials and reports of a sweep.</summary>
internal static class SnapshotQuery
{
    public static StudySnapshot Run(SqlSession session, SqlDialect sql, StudyRecord study)
    {
        // Trials first: reports that arrive in between belong to trials that are running, and do no harm.
        List<TrialRecord> trials = session.Query(
            $"""
            select t.id, t.number, t.repeat, t.seed, t.parameters, t.state, t.target_epoch, t.epochs, t.reason,
                t.seconds, coalesce(c.worker, (select e.worker from sweep_claims e where e.trial_id = t.id
                    order by e.number desc, e.claimed_at desc limit 1)),
                case when c.token is null then 0 when {SqlTrialStore.IsOver(sql, "c.")} then 0 else 1 end,
                (select count(*) from sweep_claims e where e.trial_id = t.id and (e.outcome = '{SqlTrialStore.Expired}'
                    or (e.ended_at is null and {SqlTrialStore.IsOver(sql, "e.")}))),
                t.failure, c.process, {sql.Now} - c.heartbeat_at
            from sweep_trials t left join sweep_claims c on c.trial_id = t.id and c.ended_at is null
            where t.study_id = @study
            order by t.number, t.repeat
            """, row => Undamaged(row, sql, "trial", row => Trial(row, study.Space)), ("study", study.Id));
        ILookup<long, EpochReport> reports = session.Query(
            """
            select r.trial_id, r.fold, r.epoch, r.value, r.accuracy, r.loss, r.training_loss, r.reported_at
            from sweep_reports r join sweep_trials t on t.id = r.trial_id
            where t.study_id = @study
            order by r.epoch, r.fold
            """,
            row => Undamaged(
                row, sql, "report of an epoch of trial", row => (Trial: row.GetInt64(0), Report: Report(row))),
            ("study", study.Id)).ToLookup(row => row.Trial, row => row.Report);
        return new(trials, reports.ToDictionary(of => of.Key, IReadOnlyList<EpochReport> (of) => [.. of]));
    }

    /// <summary>Returns whether an exception means that a row holds something that was never written there.</summary>
    public static bool IsDamage(Exception exception) =>
        exception is FormatException or InvalidCastException or OverflowException or ArgumentException
            or InvalidOperationException;

    private static T Undamaged<T>(DbDataReader row, SqlDialect sql, string what, Func<DbDataReader, T> read)
    {
        try
        {
            return read(row);
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw new SweepStorageException(
                $"{sql.Description} holds a damaged row, the {what} with the id {row.GetValue(0)}: " +
                $"{exception.Message} Restore the database from a copy, or begin the sweep again under another name.",
                exception);
        }
    }

    private static TrialRecord Trial(DbDataReader row, SweepSpace space)
    {
        string? process = Text(row, 14);
        bool hasEnded = WorkerProcess.HasEnded(process);
        bool isHeld = Convert.ToInt32(row.GetValue(11), CultureInfo.InvariantCulture) == 1;
        return new()
        {
            Id = row.GetInt64(0),
            Number = Whole(row, 1, least: 1),
            Repeat = Whole(row, 2),
            Seed = row.GetInt32(3),
            Point = SweepPoint.Parse(space, row.GetString(4)),
            State = Enum.TryParse(row.GetString(5), out TrialState state) && Enum.IsDefined(state) ? state
                : throw new FormatException($"'{row.GetString(5)}' is not a state of a trial."),
            TargetEpoch = Whole(row, 6, least: 1),
            Epochs = Whole(row, 7),
            Reason = Text(row, 8),
            Seconds = row.GetDouble(9),
            Worker = Text(row, 10),
            IsHeld = isHeld && !hasEnded,
            LostWorkers =
                Convert.ToInt32(row.GetValue(12), CultureInfo.InvariantCulture) + (isHeld && hasEnded ? 1 : 0),
            Failure = Text(row, 13),
            HasWorkerEnded = hasEnded,
            Silence = row.IsDBNull(15) ? null : TimeSpan.FromSeconds(row.GetDouble(15)),
        };
    }

    private static EpochReport Report(DbDataReader row) => new(
        Whole(row, 1), Whole(row, 2, least: 1), Number(row, 3), Number(row, 4), Number(row, 5), Number(row, 6))
    {
        ReportedAt = row.GetDouble(7),
    };

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static double? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);

    private static int Whole(DbDataReader row, int column, int least = 0)
    {
        // SQLite keeps any value in any column, and reads text as 0.
        int value = row.GetValue(column) is int or long ? row.GetInt32(column)
            : throw new FormatException(
                $"The column {row.GetName(column)} holds '{row.GetValue(column)}', which is not a whole number.");
        return value >= least ? value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                $"The column {row.GetName(column)} holds {value}, which is less than {least}."));
    }
}
