using System.Data.Common;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>
/// Trials in a relational database, through ADO.NET. The engines differ only in their <see cref="SqlDialect"/>.
/// </summary>
internal sealed class SqlTrialStore : ITrialStore
{
    /// <summary>The outcome of a claim whose worker ended, or showed no sign of life any more.</summary>
    public const string Expired = "Expired";

    private readonly SqlDialect _sql;

    /// <summary>Opens the database and brings its schema up to date.</summary>
    /// <exception cref="SweepStorageException">It was made by a newer version.</exception>
    /// <exception cref="DbException">It cannot be reached.</exception>
    public SqlTrialStore(SqlDialect sql)
    {
        _sql = sql;
        DatabaseSchema.Upgrade(sql, DatabaseSchema.Steps);
    }

    /// <summary>
    /// Returns a condition for a claim whose lease is over. A heartbeat that lies in the future by more than a lease
    /// counts as over too: the database's clock was set back, and the claim would otherwise stand until the clock has
    /// caught up.
    /// </summary>
    public static string IsOver(SqlDialect sql, string table = "") =>
        $"({table}heartbeat_at + {table}lease_seconds <= {sql.Now} " +
        $"or {table}heartbeat_at - {table}lease_seconds > {sql.Now})";

    public StudyRecord OpenStudy(string name, string definition, SweepSpace space)
    {
        using SqlSession session = SqlSession.Write(_sql);
        session.Execute(
            $"""
            insert into sweep_studies (name, definition, created_at) values (@name, @definition, {_sql.Now})
            on conflict do nothing
            """, ("name", name), ("definition", definition));
        StudyRecord study = session.Query("select id, name, definition from sweep_studies where name = @name",
            row => new StudyRecord(row.GetInt64(0), row.GetString(1), row.GetString(2), space), ("name", name))
                .Single();
        session.Commit();
        return study;
    }

    public StudySnapshot Read(StudyRecord study)
    {
        using SqlSession session = SqlSession.Read(_sql);
        return SnapshotQuery.Run(session, _sql, study);
    }

    public Claim? TryAdd(StudyRecord study, NewTrial trial, ClaimTicket ticket)
    {
        using SqlSession session = SqlSession.Write(_sql);
        if (Claimed(session, ticket) is { } claim)
        {
            return claim;
        }
        long? id = session.Number(
            $"""
            insert into sweep_trials
                (study_id, number, repeat, seed, parameters, state, target_epoch, epochs, seconds, created_at)
            values (@study, @number, @repeat, @seed, @parameters, @state, @target, 0, 0, {_sql.Now})
            on conflict do nothing
            returning id
            """, ("study", study.Id), ("number", trial.Number), ("repeat", trial.Repeat), ("seed", trial.Seed),
            ("parameters", trial.Point.Write()), ("state", nameof(TrialState.Running)), ("target", trial.TargetEpoch));
        if (id is null)
        {
            return null;
        }
        claim = Insert(session, id.Value, ticket);
        session.Commit();
        return claim;
    }

    public Claim? TryClaim(TrialRecord seen, int targetEpoch, ClaimTicket ticket)
    {
        using SqlSession session = SqlSession.Write(_sql);
        if (Claimed(session, ticket) is { } claim)
        {
            return claim;
        }
        bool isAsSeen = session.Number(
            "select id from sweep_trials where id = @id and state = @state and epochs = @epochs" +
            $"{_sql.ForUpdateSkipLocked}",
            ("id", seen.Id), ("state", seen.State.ToString()), ("epochs", seen.Epochs)) is not null;
        if (!isAsSeen || !EndLost(session, seen.Id))
        {
            return null;
        }
        session.Execute("update sweep_trials set state = @state, target_epoch = @target where id = @id",
            ("state", nameof(TrialState.Running)), ("target", targetEpoch), ("id", seen.Id));
        claim = Insert(session, seen.Id, ticket);
        session.Commit();
        return claim;
    }

    public bool Renew(Claim claim)
    {
        using SqlSession session = SqlSession.Write(_sql);
        bool isHeld = session.Execute(
            $"update sweep_claims set heartbeat_at = {_sql.Now} where token = @token and ended_at is null",
            ("token", claim.Token)) == 1;
        session.Commit();
        return isHeld;
    }

    public bool Report(Claim claim, EpochReport report)
    {
        using SqlSession session = SqlSession.Write(_sql);
        if (!Hold(session, claim))
        {
            return false;
        }
        session.Execute(
            $"""
            insert into sweep_reports (trial_id, fold, epoch, value, accuracy, loss, training_loss, reported_at)
            values (@trial, @fold, @epoch, @value, @accuracy, @loss, @training, {_sql.Now})
            on conflict (trial_id, fold, epoch) do update set value = excluded.value, accuracy = excluded.accuracy,
                loss = excluded.loss, training_loss = excluded.training_loss, reported_at = excluded.reported_at
            """, ("trial", claim.Trial), ("fold", report.Fold), ("epoch", report.Epoch), ("value", report.Value),
            ("accuracy", report.Accuracy), ("loss", report.Loss), ("training", report.TrainingLoss));
        session.Commit();
        return true;
    }

    public bool Release(Claim claim, TrialOutcome outcome)
    {
        using SqlSession session = SqlSession.Write(_sql);
        if (!Hold(session, claim))
        {
            return session.Number("select 1 from sweep_claims where token = @token and outcome = @outcome",
                ("token", claim.Token), ("outcome", outcome.State.ToString())) is not null;
        }
        session.Execute($"update sweep_claims set ended_at = {_sql.Now}, outcome = @outcome where token = @token",
            ("outcome", outcome.State.ToString()), ("token", claim.Token));
        session.Execute(
            """
            update sweep_trials set state = @state, epochs = @epochs, seconds = seconds + @seconds, reason = @reason,
                failure = @failure
            where id = @id
            """, ("state", outcome.State.ToString()), ("epochs", outcome.Epochs), ("seconds", outcome.Seconds),
            ("reason", outcome.Reason), ("failure", outcome.Failure), ("id", claim.Trial));
        session.Commit();
        return true;
    }

    public bool WriteCheckpoint(Claim claim, int fold, CheckpointRecord checkpoint, out string? replaced)
    {
        replaced = null;
        using SqlSession session = SqlSession.Write(_sql);
        if (!Hold(session, claim))
        {
            return false;
        }
        replaced = session.Query("select file from sweep_checkpoints where trial_id = @trial and fold = @fold", File,
            ("trial", claim.Trial), ("fold", fold)).SingleOrDefault();
        session.Execute(
            $"""
            insert into sweep_checkpoints (trial_id, fold, epoch, data, file, written_at)
            values (@trial, @fold, @epoch, @data, @file, {_sql.Now})
            on conflict (trial_id, fold) do update set epoch = excluded.epoch, data = excluded.data,
                file = excluded.file, written_at = excluded.written_at
            """, ("trial", claim.Trial), ("fold", fold), ("epoch", checkpoint.Epoch), ("data", checkpoint.Data),
            ("file", checkpoint.File));
        session.Commit();
        return true;
    }

    public CheckpointRecord? ReadCheckpoint(long trial, int fold)
    {
        using SqlSession session = SqlSession.Read(_sql);
        return session.Query("select epoch, data, file from sweep_checkpoints where trial_id = @trial and fold = @fold",
            row =>
        {
            try
            {
                return new CheckpointRecord(
                    row.GetInt32(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1), Text(row, 2));
            }
            catch (Exception exception) when (SnapshotQuery.IsDamage(exception))
            {
                throw new FormatException($"its row is damaged: {exception.Message}", exception);
            }
        }, ("trial", trial), ("fold", fold)).SingleOrDefault();
    }

    public void Stop(IReadOnlyCollection<long> trials)
    {
        using SqlSession session = SqlSession.Write(_sql);
        foreach (long trial in trials.Order())
        {
            session.Execute("update sweep_trials set state = @stopped where id = @id and state = @paused",
                ("stopped", nameof(TrialState.Stopped)), ("id", trial), ("paused", nameof(TrialState.Paused)));
        }
        session.Commit();
    }

    public IReadOnlyList<string> DeleteCheckpoints(IReadOnlyCollection<long> trials)
    {
        using SqlSession session = SqlSession.Write(_sql);
        var files = new List<string>();
        foreach (long trial in trials.Order())
        {
            files.AddRange(session.Query(
                """
                delete from sweep_checkpoints where trial_id = @id
                and not exists (select 1 from sweep_claims c where c.trial_id = @id and c.ended_at is null)
                returning file
                """, File, ("id", trial)).OfType<string>());
        }
        session.Commit();
        return files;
    }

    public bool IsAbandoned(string token, string file)
    {
        using SqlSession session = SqlSession.Read(_sql);
        return session.Number("select 1 from sweep_claims where token = @token and ended_at is not null",
            ("token", token)) is not null
            && session.Number("select 1 from sweep_checkpoints where file = @file", ("file", file)) is null;
    }

    /// <summary>
    /// Returns whether the claim still stands, and keeps it from being ended before the transaction is.
    /// </summary>
    private bool Hold(SqlSession session, Claim claim)
    {
        bool isHeld = session.Number(
            $"select 1 from sweep_claims where token = @token and ended_at is null{_sql.ForUpdate}",
            ("token", claim.Token)) is not null;
        return isHeld && session.Execute($"update sweep_claims set heartbeat_at = {_sql.Now} where token = @token",
            ("token", claim.Token)) == 1;
    }

    /// <summary>Returns what the same call did the first time, if its answer was lost.</summary>
    private static Claim? Claimed(SqlSession session, ClaimTicket ticket) =>
        session.Number("select trial_id from sweep_claims where token = @token", ("token", ticket.Token)) is long trial
            ? new(trial, ticket.Token)
            : null;

    /// <summary>
    /// Ends a claim of the trial that is over, or whose process has ended. Returns whether no claim is in the way any
    /// more.
    /// </summary>
    private bool EndLost(SqlSession session, long trial)
    {
        bool isOpen = session.Number("select 1 from sweep_claims where trial_id = @trial and ended_at is null",
            ("trial", trial)) is not null;
        if (!isOpen)
        {
            return true;
        }
        // A claim that is locked belongs to a worker that is alive, or is being ended by another one.
        return session.Query(
            $"""
            select token, process, case when {IsOver(_sql)} then 1 else 0 end from sweep_claims
            where trial_id = @trial and ended_at is null{_sql.ForUpdateSkipLocked}
            """,
            row => (
                Token: row.GetString(0),
                Process: Text(row, 1),
                IsOver: Convert.ToInt32(row.GetValue(2), null) == 1),
            ("trial", trial)) is [var claim]
            && (claim.IsOver || WorkerProcess.HasEnded(claim.Process))
            && session.Execute(
                $"update sweep_claims set ended_at = {_sql.Now}, outcome = '{Expired}' where token = @token",
                ("token", claim.Token)) == 1;
    }

    private Claim Insert(SqlSession session, long trial, ClaimTicket ticket)
    {
        session.Execute(
            $"""
            insert into sweep_claims (token, trial_id, worker, claimed_at, heartbeat_at, lease_seconds, process, number)
            values (@token, @trial, @worker, {_sql.Now}, {_sql.Now}, @lease, @process,
                (select coalesce(max(number), 0) + 1 from sweep_claims where trial_id = @trial))
            """, ("token", ticket.Token), ("trial", trial), ("worker", ticket.Worker),
            ("lease", ticket.Lease.TotalSeconds), ("process", ticket.Process));
        return new(trial, ticket.Token);
    }

    private static string? File(DbDataReader row) => Text(row, 0);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
