namespace Microsoft.ML.Spiking.Sweeps.Storage;

/// <summary>The schema, as the steps that led to it.</summary>
internal static class Migrations
{
    /// <summary>All steps, in order.</summary>
    public static IReadOnlyList<Migration> All { get; } = [new(1, First), new(2, NumbersOfClaims)];

    // One claim of a trial may be open at a time: the unique index says so to all workers at once.
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

    // The clock's steps can be longer than a claim: which one of a trial's was the last is not to be seen by the times.
    private static IReadOnlyList<string> NumbersOfClaims(SqlDialect sql) =>
    [
        "alter table sweep_claims add column number integer not null default 0",
        "create unique index sweep_claims_number on sweep_claims (trial_id, number) where number > 0",
    ];
}
