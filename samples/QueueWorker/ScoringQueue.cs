using Npgsql;

namespace QueueWorker;

/// <summary>
/// The tables scoring_queue and scoring_results. A worker claims rows for a limited time, its lease; if it dies, others
/// claim them once the lease has expired. One statement saves the results and ends the claim, and only the worker that
/// holds the claim can run it, so each row gets exactly one result, even if workers die.
/// </summary>
internal sealed class ScoringQueue(NpgsqlDataSource database, WorkerOptions options)
{
    // Two workers that start together must not both create the tables.
    private const string Schema = """
        select pg_advisory_xact_lock(7316);
        create table if not exists scoring_queue (
            id bigint generated always as identity primary key,
            features real[] not null check (cardinality(features) = 0 or array_ndims(features) = 1),
            state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
            attempts integer not null default 0,
            claim uuid,
            claimed_until timestamptz,
            error text,
            queued_at timestamptz not null default now());
        create index if not exists scoring_queue_waiting on scoring_queue (id) where state = 'waiting';
        create table if not exists scoring_results (
            id bigint primary key references scoring_queue,
            label text not null,
            probabilities jsonb not null,
            model text not null,
            scored_at timestamptz not null default now());
        """;

    private const string NotClaimed = "state = 'waiting' and (claimed_until is null or claimed_until < now())";

    /// <summary>Creates the tables where they are absent.</summary>
    public async Task CreateTablesAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Schema, connection, transaction);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Claims the next rows; other workers pass over them until the lease is over.</summary>
    /// <param name="claim">A number that no other claim has.</param>
    /// <param name="cancellationToken">Stops waiting for the database.</param>
    public async Task<QueuedRow[]> ClaimAsync(Guid claim, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand($"""
            with next as (
                select id from scoring_queue where {NotClaimed} and attempts < $1
                order by id limit $2 for update skip locked)
            update scoring_queue as queue
            set claim = $3, claimed_until = now() + $4, attempts = attempts + 1
            from next where queue.id = next.id
            returning queue.id, queue.features
            """);
        Add(command, options.Attempts, options.BatchRows, claim, options.Lease);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<QueuedRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new(reader.GetInt64(0), reader.GetFieldValue<float?[]>(1)));
        }
        return [.. rows];
    }

    /// <summary>Saves results and ends the claim.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="model">The model that scored them.</param>
    /// <returns>How many were saved: fewer if the lease was over and another worker has claimed them since.</returns>
    public async Task<long> SaveAsync(Guid claim, IReadOnlyList<ScoredRow> rows, string model)
    {
        await using NpgsqlCommand command = database.CreateCommand("""
            with given as (
                select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
                    as given (id, label, probabilities, error)),
            mine as (
                update scoring_queue as queue
                set state = case when given.error is null then 'done' else 'failed' end,
                    error = given.error, claim = null, claimed_until = null
                from given where queue.id = given.id and queue.claim = $5
                returning queue.id),
            results as (
                insert into scoring_results (id, label, probabilities, model)
                select id, label, probabilities::jsonb, $6 from given join mine using (id) where error is null)
            select count(*) from mine
            """);
        Add(command, rows.Select(row => row.Id).ToArray(), rows.Select(row => row.Label).ToArray(),
            rows.Select(row => row.Probabilities).ToArray(), rows.Select(row => row.Error).ToArray(), claim, model);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Marks the rows that were tried often enough as failed.</summary>
    /// <returns>How many.</returns>
    public async Task<int> GiveUpAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.CreateCommand($"""
            update scoring_queue
            set state = 'failed', claim = null, claimed_until = null,
                error = 'Given up after ' || attempts || ' attempts: each time the worker ended, or lost the database, '
                    || 'before it had scored the row.'
            where {NotClaimed} and attempts >= $1
            """);
        Add(command, options.Attempts);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlCommand command, params object[] values)
    {
        foreach (object value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }
    }
}
