namespace Microsoft.ML.Spiking.Events.Frames;

/// <summary>
/// Frames as the CLIF authors' published code makes them of DVS-CIFAR10: as 8-bit pictures of gray (darker events) with
/// opacity (brighter events), which Pillow resizes.
/// </summary>
/// <remarks>
/// A count c becomes c * 255 modulo 256, which is 256 - c. Pillow multiplies gray by opacity, resizes both with a
/// triangle filter, in lines and then in columns, each rounded to 8 bits, and divides by opacity again: where no
/// brighter event lies, darker ones vanish. (Rotations, which come after, make pictures of other sizes.)
/// </remarks>
internal sealed class ClifAuthorsPictures
{
    private const int Bits = 22;

    private readonly int _width;
    private readonly int _height;
    private readonly Filter? _columns;
    private readonly Filter? _rows;
    private readonly byte[] _gray;
    private readonly byte[] _opacity;
    private readonly byte[] _lines;

    /// <param name="width">The sensor's.</param>
    /// <param name="height">The sensor's.</param>
    /// <param name="frameWidth">The frame's.</param>
    /// <param name="frameHeight">The frame's.</param>
    public ClifAuthorsPictures(int width, int height, int frameWidth, int frameHeight)
    {
        (_width, _height) = (width, height);
        _columns = width == frameWidth ? null : new Filter(width, frameWidth);
        _rows = height == frameHeight ? null : new Filter(height, frameHeight);
        (_gray, _opacity) = (new byte[width * height], new byte[width * height]);
        _lines = new byte[frameWidth * height];
    }

    /// <summary>Makes a frame.</summary>
    /// <param name="counts">[2, height, width] of the sensor.</param>
    /// <param name="frame">Takes [2, height, width] of the frame, from 0 to 1.</param>
    public void Make(ReadOnlySpan<float> counts, Span<float> frame)
    {
        int size = _width * _height, half = frame.Length / 2;
        for (int i = 0; i < size; i++)
        {
            _gray[i] = ToByte(counts[i]);
            _opacity[i] = ToByte(counts[size + i]);
        }
        bool isResized = _columns is not null || _rows is not null;
        if (isResized)
        {
            for (int i = 0; i < size; i++)
            {
                int product = (_gray[i] * _opacity[i]) + 128;
                _gray[i] = (byte)(((product >> 8) + product) >> 8);
            }
        }
        Resize(_gray, frame[..half]);
        Resize(_opacity, frame[half..]);
        for (int i = 0; i < half; i++)
        {
            float opacity = frame[half + i];
            if (isResized && opacity is not (0 or 255))
            {
                frame[i] = Math.Min(255, 255 * (int)frame[i] / (int)opacity);
            }
            frame[i] /= 255;
            frame[half + i] /= 255;
        }
    }

    private static byte ToByte(float count) => unchecked((byte)((long)count * 255));

    private void Resize(byte[] picture, Span<float> result)
    {
        int width = _columns?.Size ?? _width;
        ReadOnlySpan<byte> lines = picture;
        if (_columns is not null)
        {
            for (int y = 0; y < _height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    _lines[(y * width) + x] = _columns.At(picture, y * _width, 1, x);
                }
            }
            lines = _lines;
        }
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = _rows is null ? lines[i] : _rows.At(lines, i % width, width, i / width);
        }
    }

    /// <summary>A triangle filter over one side, in fixed-point numbers.</summary>
    private sealed class Filter
    {
        private readonly int[] _starts;
        private readonly int[][] _weights;

        public Filter(int from, int to)
        {
            Size = to;
            (_starts, _weights) = (new int[to], new int[to][]);
            double scale = (double)from / to, support = Math.Max(1, scale);
            for (int i = 0; i < to; i++)
            {
                double center = (i + 0.5) * scale;
                int start = Math.Max(0, (int)(center - support + 0.5));
                int end = Math.Min(from, (int)(center + support + 0.5));
                double[] weights = [.. Enumerable.Range(start, end - start)
                    .Select(at => Math.Max(0, 1 - Math.Abs((at - center + 0.5) / support)))];
                double sum = weights.Sum();
                _starts[i] = start;
                _weights[i] = [.. weights.Select(weight => (int)(0.5 + (weight / sum * (1 << Bits))))];
            }
        }

        public int Size { get; }

        public byte At(ReadOnlySpan<byte> picture, int origin, int stride, int place)
        {
            int sum = 1 << (Bits - 1), from = origin + (_starts[place] * stride);
            foreach (int weight in _weights[place])
            {
                sum += picture[from] * weight;
                from += stride;
            }
            return (byte)Math.Clamp(sum >> Bits, 0, 255);
        }
    }
}
