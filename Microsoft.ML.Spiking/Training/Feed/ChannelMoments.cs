namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// Measures mean and deviation of each channel, in double precision and relative to the first row's values, so that
/// large means do not hide small deviations.
/// </summary>
/// <param name="steps">Time steps in a row; 1 where it has no time axis.</param>
/// <param name="channels">Channels of a step.</param>
/// <param name="featureCount">Values in a row: steps times channels times the values of a channel.</param>
internal sealed class ChannelMoments(int steps, int channels, int featureCount)
{
    private readonly int _length = featureCount / steps / channels;
    private readonly double[] _origins = new double[channels];
    private readonly double[] _sums = new double[channels];
    private readonly double[] _squares = new double[channels];
    private readonly float[] _row = new float[featureCount];
    private long _rows;

    /// <summary>Time steps, and channels of a step: rows of the same features and layout have the same statistics.</summary>
    public (int Steps, int Channels) Layout => (steps, channels);

    /// <summary>Adds a row.</summary>
    public void Add(IRowCursor row)
    {
        RowStore.Densify(row.Values, row.Indices, row.IsDense, _row);
        for (int part = 0; part < steps * channels; part++)
        {
            ReadOnlySpan<float> values = _row.AsSpan(part * _length, _length);
            int channel = part % channels;
            if (_rows == 0 && part < channels)
            {
                _origins[channel] = values[0];
            }
            Add(values, channel);
        }
        _rows++;
    }

    /// <summary>What has been measured.</summary>
    public ChannelStatistics Statistics()
    {
        double[] means = new double[channels];
        double[] deviations = new double[channels];
        double count = Math.Max(1.0, (double)_rows * steps * _length);
        for (int channel = 0; channel < channels; channel++)
        {
            double shifted = _sums[channel] / count;
            means[channel] = _origins[channel] + shifted;
            deviations[channel] = Math.Sqrt(Math.Max(0, (_squares[channel] / count) - (shifted * shifted)));
        }
        return new(means, deviations);
    }

    private void Add(ReadOnlySpan<float> values, int channel)
    {
        double origin = _origins[channel], sum = 0, squares = 0;
        foreach (float value in values)
        {
            double difference = value - origin;
            sum += difference;
            squares += difference * difference;
        }
        _sums[channel] += sum;
        _squares[channel] += squares;
    }
}
