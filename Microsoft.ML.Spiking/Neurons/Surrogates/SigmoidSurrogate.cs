namespace Microsoft.ML.Spiking;

/// <summary>
/// alpha * sigmoid(alpha u) * (1 - sigmoid(alpha u)). A larger alpha narrows it. Default alpha 4 (SpikingJelly's).
/// </summary>
public sealed record SigmoidSurrogate : SurrogateGradient
{
    /// <summary>Creates the surrogate.</summary>
    /// <param name="alpha">Slope; from 1e-18 to 1e18.</param>
    public SigmoidSurrogate(double alpha = 4.0) : base(alpha) { }

    /// <inheritdoc/>
    internal override double Primitive(double u) => 1 / (1 + Math.Exp(-Alpha * u));

    /// <inheritdoc/>
    public override double Derivative(double u)
    {
        double s = Primitive(u);
        return Alpha * s * (1 - s);
    }
}
