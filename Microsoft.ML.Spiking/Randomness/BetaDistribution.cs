namespace Microsoft.ML.Spiking.Randomness;

/// <summary>The symmetric beta distribution, Beta(alpha, alpha), over 0 to 1.</summary>
/// <remarks>
/// As the share of one of two gamma variables, each after Marsaglia and Tsang, "A Simple Method for Generating Gamma
/// Variables", 2000; in logarithms, because for a small alpha both are too small for a double.
/// </remarks>
internal static class BetaDistribution
{
    /// <summary>Returns a random number.</summary>
    /// <param name="random">The source of randomness.</param>
    /// <param name="alpha">Greater than 0: 1 is uniform, smaller prefers the ends, larger the middle.</param>
    public static double Next(ref RandomStream random, double alpha)
    {
        double first = LogGamma(ref random, alpha);
        double second = LogGamma(ref random, alpha);
        return 1 / (1 + Math.Exp(second - first));
    }

    /// <summary>Returns the logarithm of a gamma variable.</summary>
    private static double LogGamma(ref RandomStream random, double alpha)
    {
        double boost = alpha < 1 ? Math.Log(1 - random.NextDouble()) / alpha : 0;
        double d = (alpha < 1 ? alpha + 1 : alpha) - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(ref random);
            double v = Math.Pow(1 + (c * x), 3);
            double u = 1 - random.NextDouble();
            if (v > 0 && Math.Log(u) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return Math.Log(d * v) + boost;
            }
        }
    }

    private static double Normal(ref RandomStream random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
