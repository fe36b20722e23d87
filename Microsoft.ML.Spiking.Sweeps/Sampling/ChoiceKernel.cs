using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>Mostly the value itself, else any.</summary>
/// <param name="count">How many there are.</param>
internal sealed class ChoiceKernel(int count) : IKernel
{
    private const double Any = 0.25;

    public double Anywhere => 1.0 / count;

    public double At(double place, double center) => (Any / count) + (place == center ? 1 - Any : 0);

    public double Draw(double center, ref RandomStream random) => random.NextDouble() < Any ? Draw(ref random) : center;

    public double Draw(ref RandomStream random) => random.NextInt32(count);
}
