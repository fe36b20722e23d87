using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>A step from one version of the schema to the next. Once released, it never changes.</summary>
/// <param name="Version">The version that it leads to, from 1.</param>
/// <param name="Statements">Run one after the other.</param>
internal sealed record SchemaStep(int Version, Func<SqlDialect, IReadOnlyList<string>> Statements);

/// <summary>The tables of a database, as the steps that led to them.</summary>
internal static class DatabaseSchema
{
    /// <summary>Gets all steps, in order.</summary>
    public static IReadOnlyList<SchemaStep> Steps { get; } =
        [new(1, First), new(2, NumbersOfClaims), new(3, ProcessesAndFailures)];

    /// <summary>
    /// Brings a database up to date, completely or not at all. Any number of workers may try at once.
    /// </summary>
    /// <param name="sql">The database.</param>
    /// <param name="steps">All steps, in order.</param>
    /// <exception cref="SweepStorageException">The database was made by a newer version.</exception>
    public static void Upgrade(SqlDialect sql, IReadOnlyList<SchemaStep> steps)
    {
        using (SqlSession session = SqlSession.Read(sql))
        {
            if (Version(sql, session) == steps[^1].Version)
            {
                return;
            }
        }
        using SqlSession change = SqlSession.Write(sql);
        sql.LockSchema(change.Transaction!);
        int version = Version(sql, change);
        if (version > steps[^1].Version)
        {
            throw new SweepStorageException(string.Create(CultureInfo.InvariantCulture,
                $"{sql.Description} has the schema version {version}; this version of Microsoft.ML.Spiking.Sweeps " +
                $"knows versions up to {steps[^1].Version}. Use a newer version, or another database."));
        }
        change.Execute(
            "create table if not exists sweep_schema " +
            "(version integer primary key, applied_at double precision not null)");
        foreach (SchemaStep step in steps.Where(step => step.Version > version))
        {
            foreach (string statement in step.Statements(sql))
            {
                change.Execute(statement);
            }
            change.Execute($"insert into sweep_schema (version, applied_at) values (@version, {sql.Now})",
                ("version", step.Version));
        }
        change.Commit();
    }

    private static int Version(SqlDialect sql, SqlSession session) => session.Number(sql.SchemaTableCount) > 0
        ? (int)session.Number("select coalesce(max(version), 0) from sweep_schema")!
        : 0;

    // One claim of a trial may be open at a time: the unique index enforces it for all workers.
    private static IReadOnlyList<string> First(SqlDialect sql) =>
    [
        $"""
        create table sweep_studies (
            id {sql.Identity},
            name text not null unique,
            definition text not null,
            created_at double precision not null)
        """,
        $"""
        create table sweep_trials (
            id {sql.Identity},
            study_id bigint not null references sweep_studies (id) on delete cascade,
            number integer not null,
            repeat integer not null,
            seed integer not null,
            parameters text not null,
            state text not null,
            target_epoch integer not null,
            epochs integer not null,
            reason text null,
            seconds double precision not null,
            created_at double precision not null,
            unique (study_id, number, repeat))
        """,
        """
        create table sweep_claims (
            token text primary key,
            trial_id bigint not null references sweep_trials (id) on delete cascade,
            worker text not null,
            claimed_at double precision not null,
            heartbeat_at double precision not null,
            lease_seconds double precision not null,
            ended_at double precision null,
            outcome text null)
        """,
        "create unique index sweep_claims_open on sweep_claims (trial_id) where ended_at is null",
        "create index sweep_claims_trial on sweep_claims (trial_id)",
        """
        create table sweep_reports (
            trial_id bigint not null references sweep_trials (id) on delete cascade,
            fold integer not null,
            epoch integer not null,
            value double precision null,
            accuracy double precision null,
            loss double precision null,
            training_loss double precision null,
            reported_at double precision not null,
            primary key (trial_id, fold, epoch))
        """,
        $"""
        create table sweep_checkpoints (
            trial_id bigint not null references sweep_trials (id) on delete cascade,
            fold integer not null,
            epoch integer not null,
            data {sql.Bytes} null,
            file text null,
            written_at double precision not null,
            primary key (trial_id, fold))
        """,
    ];

    // The clock's resolution may be coarser than a claim is long, so that times do not tell which of a trial's claims
    // was the last.
    private static IReadOnlyList<string> NumbersOfClaims(SqlDialect sql) =>
    [
        "alter table sweep_claims add column number integer not null default 0",
        "create unique index sweep_claims_number on sweep_claims (trial_id, number) where number > 0",
    ];

    private static IReadOnlyList<string> ProcessesAndFailures(SqlDialect sql) =>
    [
        "alter table sweep_claims add column process text null",
        "alter table sweep_trials add column failure text null",
    ];
}
