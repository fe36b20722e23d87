using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>A normal distribution around a place, cut off at 0 and 1.</summary>
/// <param name="width">Its deviation, before it is cut off.</param>
internal sealed class RangeKernel(double width) : IKernel
{
    private const int MostDraws = 100;

    public double Anywhere => 1;

    public double At(double place, double center)
    {
        double distance = (place - center) / width;
        double inside = Below((1 - center) / width) - Below(-center / width);
        return Math.Exp(-0.5 * distance * distance) / (width * Math.Sqrt(2 * Math.PI) * inside);
    }

    public double Draw(double center, ref RandomStream random)
    {
        for (int draw = 0; draw < MostDraws; draw++)
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

    public double Draw(ref RandomStream random) => random.NextDouble();

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
