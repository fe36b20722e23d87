using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Numerics.Threading;

/// <summary>
/// Shares the chunks of a layer's neurons out to threads. Chunks do not depend on the number of threads, and their
/// results are added in order: neither do sums.
/// </summary>
internal sealed unsafe class ChunkedRun<TWork> where TWork : unmanaged
{
    private readonly TWork _work;
    private readonly delegate*<in TWork, long, long, double> _vector;
    private readonly delegate*<in TWork, long, long, double> _tail;
    private readonly long _vectorEnd;
    private readonly long _end;
    private readonly long _chunk;
    private readonly double[] _sums;
    private int _next = -1;

    private ChunkedRun(in TWork work, delegate*<in TWork, long, long, double> vector,
        delegate*<in TWork, long, long, double> tail, long vectorEnd, long end, long chunk)
    {
        _work = work;
        _vector = vector;
        _tail = tail;
        _vectorEnd = vectorEnd;
        _end = end;
        _chunk = chunk;
        _sums = new double[checked((int)((end + chunk - 1) / chunk))];
    }

    /// <summary>Runs all neurons and returns the sum over the chunks.</summary>
    /// <param name="work">What the functions work on.</param>
    /// <param name="vector">For the neurons before <paramref name="vectorEnd"/>, a multiple of the lanes.</param>
    /// <param name="tail">For those from there to <paramref name="end"/>.</param>
    /// <param name="vectorEnd">See above.</param>
    /// <param name="end">Number of neurons.</param>
    /// <param name="chunk">Neurons in a chunk.</param>
    /// <param name="team">The threads; a team of one stays on this one.</param>
    public static double Run(in TWork work, delegate*<in TWork, long, long, double> vector,
        delegate*<in TWork, long, long, double> tail, long vectorEnd, long end, long chunk, WorkerTeam team)
    {
        if (team.Size <= 1 || end <= chunk)
        {
            double sum = 0;
            for (long start = 0; start < end; start += chunk)
            {
                sum += RunChunk(in work, vector, tail, vectorEnd, start, Math.Min(end, start + chunk));
            }
            return sum;
        }
        var run = new ChunkedRun<TWork>(in work, vector, tail, vectorEnd, end, chunk);
        team.Run(Math.Min(team.Size, run._sums.Length), run.Drain);
        return run._sums.Sum();
    }

    private static double RunChunk(in TWork work, delegate*<in TWork, long, long, double> vector,
        delegate*<in TWork, long, long, double> tail, long vectorEnd, long start, long end)
    {
        double sum = 0;
        if (start < vectorEnd)
        {
            sum = vector(in work, start, Math.Min(end, vectorEnd));
        }
        return end > vectorEnd ? sum + tail(in work, Math.Max(start, vectorEnd), end) : sum;
    }

    private void Drain()
    {
        int chunk;
        while ((chunk = Interlocked.Increment(ref _next)) < _sums.Length)
        {
            long start = chunk * _chunk;
            _sums[chunk] = RunChunk(in _work, _vector, _tail, _vectorEnd, start, Math.Min(_end, start + _chunk));
        }
        CacheHints.Fence();
    }
}
