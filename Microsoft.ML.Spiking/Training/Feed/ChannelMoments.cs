namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The measurement of each channel (a feature of a vector, a color of an image) over the training rows, in double
/// precision and relative to the channel's first value that is not zero, so that large means do not hide small
/// deviations. Zeros are counted and not visited: a sparse row costs as much as it has values.
/// </summary>
/// <param name="steps">Time steps in a row; 1 where it has no time axis.</param>
/// <param name="channels">Channels of a step.</param>
/// <param name="featureCount">Values in a row: steps times channels times the values of a channel.</param>
internal sealed class ChannelMoments(int steps, int channels, int featureCount)
{
    private readonly int _length = featureCount / steps / channels;
    private readonly Moments[] _moments = new Moments[channels];
    private long _rows;

    /// <summary>
    /// Time steps, and channels of a step: rows of the same features and layout have the same statistics.
    /// </summary>
    public (int Steps, int Channels) Layout => (steps, channels);

    /// <summary>Adds a row.</summary>
    public void Add(IRowCursor row)
    {
        ReadOnlySpan<float> values = row.Values;
        if (!row.IsDense)
        {
            ReadOnlySpan<int> indices = row.Indices;
            for (int i = 0; i < values.Length; i++)
            {
                _moments[indices[i] / _length % channels].Add(values[i]);
            }
        }
        else
        {
            for (int start = 0, channel = 0; start < values.Length; start += _length)
            {
                ref Moments moments = ref _moments[channel];
                foreach (float value in values.Slice(start, _length))
                {
                    moments.Add(value);
                }
                channel = channel + 1 == channels ? 0 : channel + 1;
            }
        }
        _rows++;
    }

    /// <summary>Returns what has been measured.</summary>
    public ChannelStatistics Statistics()
    {
        var statistics = new ChannelStatistics(
            new double[channels], new double[channels], new double[channels], new float[channels], new float[channels]);
        long count = _rows * steps * _length;
        for (int channel = 0; count > 0 && channel < channels; channel++)
        {
            _moments[channel].Write(statistics, channel, count);
        }
        return statistics;
    }

    private struct Moments
    {
        private float _origin;
        private float _lowest;
        private float _highest;
        private long _nonZeros;
        private double _sum;
        private double _squares;

        public void Add(float value)
        {
            if (value == 0)
            {
                return;
            }
            if (_nonZeros++ == 0)
            {
                _origin = _lowest = _highest = value;
            }
            double difference = (double)value - _origin;
            _sum += difference;
            _squares += difference * difference;
            _lowest = Math.Min(_lowest, value);
            _highest = Math.Max(_highest, value);
        }

        public readonly void Write(ChannelStatistics statistics, int channel, long count)
        {
            long zeros = count - _nonZeros;
            double origin = _origin;
            double shifted = (_sum - (zeros * origin)) / count;
            double square = (_squares + (zeros * origin * origin)) / count;
            statistics.Means[channel] = origin + shifted;
            statistics.Deviations[channel] = Math.Sqrt(Math.Max(0, square - (shifted * shifted)));
            statistics.ZeroShares[channel] = (double)zeros / count;
            statistics.Lowest[channel] = zeros > 0 ? Math.Min(0, _lowest) : _lowest;
            statistics.Highest[channel] = zeros > 0 ? Math.Max(0, _highest) : _highest;
        }
    }
}

/// <summary>The distribution of each channel's values over all rows and time steps.</summary>
/// <param name="Means">[channels].</param>
/// <param name="Deviations">[channels]; of the population, 0 where all values are alike.</param>
/// <param name="ZeroShares">[channels]; the share of values that are 0.</param>
/// <param name="Lowest">[channels].</param>
/// <param name="Highest">[channels].</param>
internal sealed record ChannelStatistics(
    double[] Means, double[] Deviations, double[] ZeroShares, float[] Lowest, float[] Highest)
{
    /// <summary>The root mean square of all values; channels have the same number of them.</summary>
    public double RootMeanSquare()
    {
        double sum = 0;
        for (int i = 0; i < Means.Length; i++)
        {
            sum += (Means[i] * Means[i]) + (Deviations[i] * Deviations[i]);
        }
        return Math.Sqrt(sum / Math.Max(1, Means.Length));
    }
}
