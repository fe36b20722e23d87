using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// How likely the points of a space are, when some are known: a mixture with one part around each of them, in all dimensions
/// at once, and one part over everything.
/// </summary>
internal sealed class ParzenDensity
{
    private const double Width = 0.2;

    private readonly IKernel[] _kernels;
    private readonly IReadOnlyList<double>[] _points;

    /// <param name="space">The space.</param>
    /// <param name="points">The places of the points, in the order of its dimensions.</param>
    public ParzenDensity(SweepSpace space, IEnumerable<IReadOnlyList<double>> points)
    {
        _points = [.. points];
        int dimensions = space.Dimensions.Count;
        double width = Width * Math.Pow(Math.Max(1, _points.Length), -1.0 / (dimensions + 4)); // Scott's rule
        _kernels = [.. space.Dimensions.Select(IKernel (dimension) => dimension.Count is int count ? new ChoiceKernel(count) : new RangeKernel(width))];
    }

    /// <summary>The logarithm of the density.</summary>
    public double LogAt(IReadOnlyList<double> places)
    {
        double sum = _kernels.Aggregate(1.0, (product, kernel) => product * kernel.Anywhere);
        foreach (IReadOnlyList<double> point in _points)
        {
            double product = 1;
            for (int i = 0; i < _kernels.Length; i++)
            {
                product *= _kernels[i].At(places[i], point[i]);
            }
            sum += product;
        }
        return Math.Log(sum / (_points.Length + 1));
    }

    /// <summary>A point, drawn accordingly.</summary>
    public double[] Draw(ref RandomStream random)
    {
        int part = random.NextInt32(_points.Length + 1);
        double[] places = new double[_kernels.Length];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = part == _points.Length ? _kernels[i].Draw(ref random) : _kernels[i].Draw(_points[part][i], ref random);
        }
        return places;
    }
}
