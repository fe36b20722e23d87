using System.Diagnostics;
using System.Numerics;

namespace Microsoft.ML.Spiking.Randomness;

/// <summary>
/// A sequence of random numbers that is a function of its key. Streams with different keys are independent, and
/// creating one costs nothing, so each draw has its own stream and none is shared.
/// </summary>
/// <remarks>
/// The key of <see cref="Philox4x32"/> is (seed, purpose and channel), its counter is (block, epoch, item): 2^34
/// numbers in a stream, 2^32 epochs, 2^64 items.
/// </remarks>
internal struct RandomStream
{
    private const int WordsAtOnce = 256;
    private const float SingleStep = 1f / (1 << 24);
    private const double DoubleStep = 1.0 / (1UL << 53);

    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _epoch;
    private readonly ulong _item;
    private uint _block;
    private int _used;
    private PhiloxBlock _words;

    /// <summary>Creates the stream.</summary>
    /// <param name="seed">The user's seed.</param>
    /// <param name="purpose">The purpose of the numbers.</param>
    /// <param name="channel">Distinguishes streams of the same purpose (a layer's index); 0 to 2^24 - 1.</param>
    /// <param name="epoch">The epoch, or 0.</param>
    /// <param name="item">The row, array or chunk.</param>
    public RandomStream(int seed, RandomPurpose purpose, int channel = 0, int epoch = 0, long item = 0)
    {
        Debug.Assert(channel is >= 0 and < 1 << 24);
        _key0 = unchecked((uint)seed);
        _key1 = unchecked((uint)purpose | ((uint)channel << 8));
        _epoch = unchecked((uint)epoch);
        _item = unchecked((ulong)item);
        _used = 4;
    }

    /// <summary>The key of the generator, and the part of its counter that all items of an epoch share.</summary>
    public readonly (uint Key0, uint Key1, uint Epoch) Key => (_key0, _key1, _epoch);

    /// <summary>Returns the next 32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_used == 4)
        {
            _words = Philox4x32.Generate(
                new(_block, _epoch, (uint)_item, (uint)(_item >> 32)), _key0, _key1);
            _block = checked(_block + 1);
            _used = 0;
        }
        return _used++ switch
        {
            0 => _words.Word0,
            1 => _words.Word1,
            2 => _words.Word2,
            _ => _words.Word3,
        };
    }

    /// <summary>Returns the next number of [0, 1): a multiple of 2^-24.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * SingleStep;

    /// <summary>Returns the next number of [0, 1): a multiple of 2^-53.</summary>
    public double NextDouble()
    {
        ulong high = NextUInt32();
        return (((high << 32) | NextUInt32()) >> 11) * DoubleStep;
    }

    /// <summary>Returns the next number of 0 to <paramref name="bound"/> - 1, each equally likely.</summary>
    /// <param name="bound">At least 1.</param>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        // Lemire, "Fast Random Integer Generation in an Interval", 2019: reject the few that would be favoured.
        uint range = (uint)bound;
        ulong product = (ulong)NextUInt32() * range;
        if ((uint)product < range)
        {
            uint rejected = unchecked(0u - range) % range;
            while ((uint)product < rejected)
            {
                product = (ulong)NextUInt32() * range;
            }
        }
        return (int)(product >> 32);
    }

    /// <summary>Fills a span with numbers of [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public void FillUniform(Span<float> destination, float low = 0f, float high = 1f)
    {
        float width = high - low;
        int done = 0;
        for (; _used < 4 && done < destination.Length; done++)
        {
            destination[done] = low + (width * NextSingle());
        }
        Span<uint> words = stackalloc uint[WordsAtOnce];
        for (; done < destination.Length; done += Math.Min(WordsAtOnce, destination.Length - done))
        {
            Span<float> part = destination.Slice(done, Math.Min(WordsAtOnce, destination.Length - done));
            int whole = part.Length / 4 * 4;
            Span<uint> drawn = words[..whole];
            Philox4x32.Fill(new(_block, _epoch, (uint)_item, (uint)(_item >> 32)), _key0, _key1, drawn);
            _block = checked(_block + ((uint)whole / 4));
            int i = 0;
            for (; i <= whole - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<uint> bits = Vector.ShiftRightLogical(new Vector<uint>(drawn[i..]), 8);
                Vector<float> number = Vector.ConvertToSingle(Vector.AsVectorInt32(bits)) * SingleStep;
                (new Vector<float>(low) + (number * width)).CopyTo(part[i..]);
            }
            for (; i < whole; i++)
            {
                part[i] = low + (width * ((drawn[i] >> 8) * SingleStep));
            }
            for (; i < part.Length; i++)
            {
                part[i] = low + (width * NextSingle());
            }
        }
    }

    /// <summary>Fills a span with normally distributed numbers.</summary>
    public void FillNormal(Span<float> destination, float mean = 0f, float deviation = 1f)
    {
        for (int i = 0; i < destination.Length; i += 2)
        {
            // Box and Muller, 1958; 1 - u is never 0.
            double radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
            (double sin, double cos) = Math.SinCos(2 * Math.PI * NextDouble());
            destination[i] = mean + (float)(deviation * radius * cos);
            if (i + 1 < destination.Length)
            {
                destination[i + 1] = mean + (float)(deviation * radius * sin);
            }
        }
    }

    /// <summary>Shuffles the items, every order equally likely (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
