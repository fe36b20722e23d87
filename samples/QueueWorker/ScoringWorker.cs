using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace QueueWorker;

/// <summary>Claims rows, scores and saves them, until it is stopped; a batch that is begun is ended first.</summary>
internal sealed partial class ScoringWorker(
    ScoringQueue queue, RowScorer scorer, WorkerOptions options, ILogger<ScoringWorker> log) : BackgroundService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bool isReady = false;
        TimeSpan wait = options.PollInterval;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isReady)
                {
                    await queue.CreateTablesAsync(stoppingToken);
                    isReady = true;
                    Started(scorer.Model);
                }
                bool isIdle = await WorkAsync(stoppingToken) == 0;
                wait = options.PollInterval;
                if (!isIdle)
                {
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (NpgsqlException exception) when (IsTransient(exception))
            {
                Unreachable(exception.Message.TrimEnd('.'), wait.TotalSeconds);
                wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks));
            }
            await Task.Delay(wait, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        Stopped();
    }

    /// <summary>Handles a batch and returns the number of its rows.</summary>
    private async Task<int> WorkAsync(CancellationToken stoppingToken)
    {
        var claim = Guid.NewGuid();
        QueuedRow[] rows = await queue.ClaimAsync(claim, stoppingToken);
        if (rows.Length < options.BatchRows && await queue.GiveUpAsync(stoppingToken) is int lost and > 0)
        {
            GaveUp(lost);
        }
        if (rows.Length == 0)
        {
            return 0;
        }
        ScoredRow[] scored = [.. rows.Select(scorer.Score)];
        long saved = await queue.SaveAsync(claim, scored, scorer.Model);
        Scored(saved, scored.Count(row => row.Error is not null));
        if (saved < rows.Length)
        {
            TakenOver(rows.Length - saved);
        }
        return rows.Length;
    }

    /// <summary>Whether another try may succeed: the server is absent, ends, or has too much to do.</summary>
    private static bool IsTransient(NpgsqlException exception) =>
        exception.IsTransient || exception.InnerException is IOException
        || exception.SqlState?[..2] is "08" or "40" or "53" or "57";

    [LoggerMessage(LogLevel.Information, "Scoring with model {Model}.")]
    private partial void Started(string model);

    [LoggerMessage(LogLevel.Information, "{Rows} rows, of which {Failed} cannot be scored.")]
    private partial void Scored(long rows, int failed);

    [LoggerMessage(LogLevel.Warning, "{Rows} rows were claimed by another worker: Worker:Lease is too short.")]
    private partial void TakenOver(long rows);

    [LoggerMessage(LogLevel.Warning, "{Rows} rows were tried too often and are marked as failed.")]
    private partial void GaveUp(int rows);

    [LoggerMessage(LogLevel.Warning, "The database cannot be used: {Reason}. The next try is in {Seconds} s.")]
    private partial void Unreachable(string reason, double seconds);

    [LoggerMessage(LogLevel.Information, "Stopped; no claimed rows are left.")]
    private partial void Stopped();
}
