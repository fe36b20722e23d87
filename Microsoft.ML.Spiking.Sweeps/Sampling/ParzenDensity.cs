using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// The density of points in a space, given some of them: a mixture with one component around each known point, in all
/// dimensions at once, and one component over everything.
/// </summary>
internal sealed class ParzenDensity
{
    private const double Width = 0.2;

    private readonly DimensionDensity[] _densities;
    private readonly IReadOnlyList<double>[] _points;

    /// <param name="space">The space.</param>
    /// <param name="points">The places of the points, in the order of its dimensions.</param>
    public ParzenDensity(SweepSpace space, IEnumerable<IReadOnlyList<double>> points)
    {
        _points = [.. points];
        int dimensions = space.Dimensions.Count;
        double width = Width * Math.Pow(Math.Max(1, _points.Length), -1.0 / (dimensions + 4)); // Scott's rule
        _densities =
        [
            .. space.Dimensions.Select(DimensionDensity (dimension) =>
                dimension.Count is int count ? new ChoiceDensity(count) : new RangeDensity(width)),
        ];
    }

    /// <summary>Returns the logarithm of the density.</summary>
    public double LogAt(IReadOnlyList<double> places)
    {
        double sum = _densities.Aggregate(1.0, (product, density) => product * density.Uniform);
        foreach (IReadOnlyList<double> point in _points)
        {
            double product = 1;
            for (int i = 0; i < _densities.Length; i++)
            {
                product *= _densities[i].At(places[i], point[i]);
            }
            sum += product;
        }
        return Math.Log(sum / (_points.Length + 1));
    }

    /// <summary>Draws a point.</summary>
    public double[] Draw(ref RandomStream random)
    {
        int component = random.NextInt32(_points.Length + 1);
        double[] places = new double[_densities.Length];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = component == _points.Length
                ? _densities[i].Draw(ref random)
                : _densities[i].Draw(_points[component][i], ref random);
        }
        return places;
    }
}
