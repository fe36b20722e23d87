using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>The density of places in one dimension around a known place.</summary>
internal abstract class DimensionDensity
{
    /// <summary>Gets the density where nothing is known.</summary>
    public abstract double Uniform { get; }

    /// <summary>Returns the density of a place around a center, at least 0.</summary>
    public abstract double At(double place, double center);

    /// <summary>Draws a place around a center.</summary>
    public abstract double Draw(double center, ref RandomStream random);

    /// <summary>Draws a place where nothing is known.</summary>
    public abstract double Draw(ref RandomStream random);
}

/// <summary>The density of a choice: mostly the center itself, otherwise any value.</summary>
/// <param name="count">The number of values.</param>
internal sealed class ChoiceDensity(int count) : DimensionDensity
{
    private const double Others = 0.25;

    public override double Uniform => 1.0 / count;

    public override double At(double place, double center) => (Others / count) + (place == center ? 1 - Others : 0);

    public override double Draw(double center, ref RandomStream random) =>
        random.NextDouble() < Others ? Draw(ref random) : center;

    public override double Draw(ref RandomStream random) => random.NextInt32(count);
}

/// <summary>The density of a range: a normal distribution around the center, truncated at 0 and 1.</summary>
/// <param name="width">Its standard deviation before it is truncated.</param>
internal sealed class RangeDensity(double width) : DimensionDensity
{
    private const int MaximumDraws = 100;

    public override double Uniform => 1;

    public override double At(double place, double center)
    {
        double distance = (place - center) / width;
        double inside = Below((1 - center) / width) - Below(-center / width);
        return Math.Exp(-0.5 * distance * distance) / (width * Math.Sqrt(2 * Math.PI) * inside);
    }

    public override double Draw(double center, ref RandomStream random)
    {
        for (int draw = 0; draw < MaximumDraws; draw++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())); // Box and Muller, 1958
            double place = center + (width * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
            if (place is >= 0 and <= 1)
            {
                return place;
            }
        }
        return center;
    }

    public override double Draw(ref RandomStream random) => random.NextDouble();

    /// <summary>Returns the normal distribution's mass below x, to 1e-7.</summary>
    /// <remarks>Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.17.</remarks>
    private static double Below(double x)
    {
        double t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        double sum = t * (0.319381530 + (t * (-0.356563782
            + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        double above = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI) * sum;
        return x >= 0 ? 1 - above : above;
    }
}
