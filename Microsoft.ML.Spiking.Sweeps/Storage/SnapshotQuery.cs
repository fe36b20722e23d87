using System.Data.Common;
using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>Reads all of a sweep.</summary>
internal static class SnapshotQuery
{
    public static StudySnapshot Run(SqlSession session, SqlDialect sql, StudyRecord study)
    {
        // Trials first: reports that come in between are of trials that are running, and harm nobody.
        List<TrialRecord> trials = session.Query(
            $"""
            select t.id, t.number, t.repeat, t.seed, t.parameters, t.state, t.target_epoch, t.epochs, t.reason, t.seconds,
                coalesce(c.worker, (select e.worker from sweep_claims e where e.trial_id = t.id order by e.number desc, e.claimed_at desc limit 1)),
                case when c.heartbeat_at + c.lease_seconds > {sql.Now} then 1 else 0 end,
                (select count(*) from sweep_claims e where e.trial_id = t.id and (e.outcome = '{SqlTrialStore.Expired}'
                    or (e.ended_at is null and e.heartbeat_at + e.lease_seconds <= {sql.Now})))
            from sweep_trials t left join sweep_claims c on c.trial_id = t.id and c.ended_at is null
            where t.study_id = @study
            order by t.number, t.repeat
            """, Trial, ("study", study.Id));
        ILookup<long, EpochReport> reports = session.Query(
            """
            select r.trial_id, r.fold, r.epoch, r.value, r.accuracy, r.loss, r.training_loss, r.reported_at
            from sweep_reports r join sweep_trials t on t.id = r.trial_id
            where t.study_id = @study
            order by r.epoch, r.fold
            """, row => (Trial: row.GetInt64(0), Report: Report(row)), ("study", study.Id))
            .ToLookup(row => row.Trial, row => row.Report);
        return new(trials, reports.ToDictionary(of => of.Key, IReadOnlyList<EpochReport> (of) => [.. of]));
    }

    private static TrialRecord Trial(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Number = row.GetInt32(1),
        Repeat = row.GetInt32(2),
        Seed = row.GetInt32(3),
        Parameters = row.GetString(4),
        State = Enum.Parse<TrialState>(row.GetString(5)),
        TargetEpoch = row.GetInt32(6),
        Epochs = row.GetInt32(7),
        Reason = row.IsDBNull(8) ? null : row.GetString(8),
        Seconds = row.GetDouble(9),
        Worker = row.IsDBNull(10) ? null : row.GetString(10),
        IsHeld = Convert.ToInt32(row.GetValue(11), CultureInfo.InvariantCulture) == 1,
        LostWorkers = Convert.ToInt32(row.GetValue(12), CultureInfo.InvariantCulture),
    };

    private static EpochReport Report(DbDataReader row) => new(
        row.GetInt32(1), row.GetInt32(2), Double(row, 3), Double(row, 4), Double(row, 5), Double(row, 6))
    {
        ReportedAt = row.GetDouble(7),
    };

    private static double? Double(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDouble(column);
}
