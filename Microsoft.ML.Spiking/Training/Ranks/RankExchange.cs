using System.Numerics;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Ranks;

/// <summary>
/// The collective operations of all ranks. Sums are made in the ranks' order, whatever arrives first, so that the same
/// numbers give the same sum on every rank and in every run.
/// </summary>
internal static class RankExchange
{
    /// <summary>Returns what each rank gives, in their order.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="own">What this one gives; of any length.</param>
    public static byte[][] Gather(this RankGroup ranks, byte[] own)
    {
        var all = new byte[ranks.Count][];
        all[ranks.Rank] = own;
        int length = own.Length;
        ReadOnlySpan<byte> sentLength = MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in length));
        for (int distance = 1; distance < ranks.Count; distance++)
        {
            (int to, int from) = Partners(ranks, distance);
            int received = 0;
            ranks.Exchange(sentLength, to, MemoryMarshal.AsBytes(new Span<int>(ref received)), from);
            all[from] = new byte[received];
            ranks.Exchange(own, to, all[from], from);
        }
        return all;
    }

    /// <summary>Returns what one rank gives to all.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="given">On that rank the bytes; ignored on the others.</param>
    /// <param name="giver">The rank that gives.</param>
    public static byte[] Give(this RankGroup ranks, byte[] given, int giver = 0)
    {
        long length = given.Length;
        Span<byte> lengthBytes = MemoryMarshal.AsBytes(new Span<long>(ref length));
        ranks.Give(lengthBytes, giver, ranks.Count);
        byte[] bytes = ranks.Rank == giver ? given : new byte[length];
        ranks.Give(bytes.AsSpan(), giver, ranks.Count);
        return bytes;
    }

    /// <summary>Copies bytes from one rank to the others; their number is known to all.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="bytes">On the giver read, on the others written.</param>
    /// <param name="giver">The rank that gives.</param>
    /// <param name="members">The first so many ranks take part; all of them call this.</param>
    public static void Give(this RankGroup ranks, Span<byte> bytes, int giver, int members)
    {
        if (ranks.Rank != giver)
        {
            ranks.Exchange([], giver, bytes, giver);
            return;
        }
        for (int other = 0; other < members; other++)
        {
            if (other != giver)
            {
                ranks.Exchange(bytes, other, [], other);
            }
        }
    }

    /// <summary>
    /// Replaces values by their sum over the first ranks, in the ranks' order. Each rank adds up a part of the values
    /// and sends the sums to the others, so that no rank sends or receives more than twice the values.
    /// </summary>
    /// <param name="ranks">The ranks, all of which call this.</param>
    /// <param name="values">This rank's values, of one length on all; afterwards the sums, on all.</param>
    /// <param name="terms">The first so many ranks have values; those of the others are not read.</param>
    /// <param name="start">What the sum begins with, the same on all ranks; none to begin with rank 0's values.</param>
    public static void Sum<T>(this RankGroup ranks, Span<T> values, int terms, ReadOnlySpan<T> start = default)
        where T : unmanaged, INumber<T>
    {
        (int first, int end) = Part(ranks, ranks.Rank, values.Length);
        int length = end - first;
        var parts = new T[ranks.Count * length];
        if (ranks.Rank < terms)
        {
            values[first..end].CopyTo(parts.AsSpan(ranks.Rank * length));
        }
        for (int distance = 1; distance < ranks.Count; distance++)
        {
            (int to, int from) = Partners(ranks, distance);
            (int toFirst, int toEnd) = Part(ranks, to, values.Length);
            ranks.Exchange(
                ranks.Rank < terms ? MemoryMarshal.AsBytes<T>(values[toFirst..toEnd]) : [], to,
                from < terms ? MemoryMarshal.AsBytes(parts.AsSpan(from * length, length)) : [], from);
        }
        Span<T> sum = values[first..end];
        int next = 0;
        if (start.IsEmpty)
        {
            parts.AsSpan(0, length).CopyTo(sum);
            next = 1;
        }
        else
        {
            start[first..end].CopyTo(sum);
        }
        for (; next < terms; next++)
        {
            Add(sum, parts.AsSpan(next * length, length));
        }
        for (int distance = 1; distance < ranks.Count; distance++)
        {
            (int to, int from) = Partners(ranks, distance);
            (int fromFirst, int fromEnd) = Part(ranks, from, values.Length);
            ranks.Exchange(MemoryMarshal.AsBytes(sum), to, MemoryMarshal.AsBytes(values[fromFirst..fromEnd]), from);
        }
    }

    private static void Add<T>(Span<T> sum, ReadOnlySpan<T> term) where T : unmanaged, INumber<T>
    {
        int i = 0;
        for (; i <= sum.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(sum[i..]) + new Vector<T>(term[i..])).CopyTo(sum[i..]);
        }
        for (; i < sum.Length; i++)
        {
            sum[i] += term[i];
        }
    }

    private static (int To, int From) Partners(RankGroup ranks, int distance) =>
        ((ranks.Rank + distance) % ranks.Count, (ranks.Rank - distance + ranks.Count) % ranks.Count);

    private static (int First, int End) Part(RankGroup ranks, int rank, int length) =>
        ((int)((long)length * rank / ranks.Count), (int)((long)length * (rank + 1) / ranks.Count));
}
