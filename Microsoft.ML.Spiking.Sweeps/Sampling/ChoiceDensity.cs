using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>How often each value was chosen, with one more choice spread over all of them.</summary>
internal sealed class ChoiceDensity : IDensity
{
    private readonly double[] _parts;

    public ChoiceDensity(int count, IEnumerable<double> places)
    {
        _parts = [.. Enumerable.Repeat(1.0 / count, count)];
        foreach (double place in places)
        {
            _parts[(int)place]++;
        }
        double sum = _parts.Sum();
        for (int i = 0; i < count; i++)
        {
            _parts[i] /= sum;
        }
    }

    public double At(double place) => _parts[(int)place];

    public double Draw(ref RandomStream random)
    {
        double left = random.NextDouble();
        for (int i = 0; i < _parts.Length - 1; i++)
        {
            left -= _parts[i];
            if (left < 0)
            {
                return i;
            }
        }
        return _parts.Length - 1;
    }
}
