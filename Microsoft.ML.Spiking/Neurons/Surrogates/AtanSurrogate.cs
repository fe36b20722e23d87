namespace Microsoft.ML.Spiking;

/// <summary>
/// (alpha/2) / (1 + (pi/2 * alpha * u)^2): the derivative of an arc tangent. A larger alpha narrows it.
/// Default alpha 2 (Fang et al., ICCV 2021; SpikingJelly's ATan).
/// </summary>
public sealed record AtanSurrogate : SurrogateGradient
{
    /// <summary>Creates the surrogate.</summary>
    /// <param name="alpha">Slope; from 1e-18 to 1e18.</param>
    public AtanSurrogate(double alpha = 2.0) : base(alpha) { }

    /// <inheritdoc/>
    internal override double Primitive(double u) => (Math.Atan(Math.PI / 2 * Alpha * u) / Math.PI) + 0.5;

    /// <inheritdoc/>
    public override double Derivative(double u)
    {
        double z = Math.PI / 2 * Alpha * u;
        return Alpha / 2 / (1 + (z * z));
    }
}
