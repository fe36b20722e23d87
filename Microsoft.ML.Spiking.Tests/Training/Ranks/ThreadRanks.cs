using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Microsoft.ML.Spiking.Tests.Training.Ranks;

/// <summary>Ranks that are threads of this process: what they send waits in a queue for each pair.</summary>
internal sealed class ThreadRanks : RankGroup
{
    private readonly BlockingCollection<byte[]>[,] _queues;
    private readonly CancellationTokenSource _end;

    private ThreadRanks(int rank, BlockingCollection<byte[]>[,] queues, CancellationTokenSource end) =>
        (Rank, _queues, _end) = (rank, queues, end);

    public override int Rank { get; }

    public override int Count => _queues.GetLength(0);

    /// <summary>Gets the reason for which the ranks were abandoned.</summary>
    public string? Reason { get; private set; }

    public override void Exchange(ReadOnlySpan<byte> sent, int to, Span<byte> received, int from)
    {
        if (sent.Length > 0)
        {
            _queues[Rank, to].Add(sent.ToArray());
        }
        if (received.Length > 0)
        {
            byte[] bytes = _queues[from, Rank].Take(_end.Token);
            Assert.HasCount(received.Length, bytes);
            bytes.CopyTo(received);
        }
    }

    public override void Abandon(string reason)
    {
        Reason = reason;
        _end.Cancel();
    }

    /// <summary>Runs a function on each rank at the same time.</summary>
    /// <returns>The results, or on each rank the exception that it threw.</returns>
    public static (T? Result, Exception? Fault)[] Run<T>(int count, Func<ThreadRanks, T> function)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var queues = new BlockingCollection<byte[]>[count, count];
        for (int i = 0; i < count * count; i++)
        {
            queues[i / count, i % count] = [];
        }
        var results = new (T?, Exception?)[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = (function(new(rank, queues, end)), null);
            }
            catch (Exception fault)
            {
                results[rank] = (default, fault);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        foreach (BlockingCollection<byte[]> queue in queues)
        {
            queue.Dispose();
        }
        return results;
    }

    /// <summary>Runs a function on each rank at the same time, and throws what a rank throws.</summary>
    public static T[] RunAll<T>(int count, Func<ThreadRanks, T> function)
    {
        (T? Result, Exception? Fault)[] all = Run(count, function);
        if (all.Select(one => one.Fault).FirstOrDefault(fault => fault is not null and not OperationCanceledException)
            is Exception first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
        return [.. all.Select(one => one.Result!)];
    }
}
