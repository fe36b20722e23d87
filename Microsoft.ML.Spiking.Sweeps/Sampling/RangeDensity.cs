using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>
/// A mixture of normal distributions, cut off at 0 and 1: one around each place, as wide as the gap to its farther neighbor,
/// and a wide one over everything.
/// </summary>
internal sealed class RangeDensity : IDensity
{
    private const double LeastWidth = 0.01;
    private const int MostDraws = 100;

    private readonly List<Bump> _bumps = [new(0.5, 1)];

    public RangeDensity(IEnumerable<double> places)
    {
        double[] all = [0, .. places.Order(), 1];
        double least = Math.Max(LeastWidth, 1.0 / all.Length);
        for (int i = 1; i < all.Length - 1; i++)
        {
            double gap = Math.Max(all[i] - all[i - 1], all[i + 1] - all[i]);
            _bumps.Add(new(all[i], Math.Clamp(gap, least, 1)));
        }
    }

    public double At(double place) => _bumps.Average(bump => bump.At(place));

    public double Draw(ref RandomStream random)
    {
        Bump bump = _bumps[random.NextInt32(_bumps.Count)];
        for (int draw = 0; draw < MostDraws; draw++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())); // Box and Muller, 1958
            double place = bump.Center + (bump.Width * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            if (place is >= 0 and <= 1)
            {
                return place;
            }
        }
        return bump.Center;
    }

    private readonly record struct Bump(double Center, double Width)
    {
        public double At(double place)
        {
            double distance = (place - Center) / Width;
            double inside = Below((1 - Center) / Width) - Below(-Center / Width);
            return Math.Exp(-0.5 * distance * distance) / (Width * Math.Sqrt(2 * Math.PI) * inside);
        }

        /// <summary>The normal distribution's mass below x, to 1e-7.</summary>
        /// <remarks>Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17.</remarks>
        private static double Below(double x)
        {
            double t = 1 / (1 + (0.2316419 * Math.Abs(x)));
            double sum = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
            double above = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI) * sum;
            return x >= 0 ? 1 - above : above;
        }
    }
}
