namespace Microsoft.ML.Spiking;

/// <summary>
/// alpha - alpha^2 |u| where |u| &lt;= 1/alpha, else 0: the derivative of a piecewise quadratic function.
/// A larger alpha narrows it. Default alpha 1 (Bellec et al., NeurIPS 2018; SpikingJelly's PiecewiseQuadratic).
/// </summary>
public sealed record TriangleSurrogate : SurrogateGradient
{
    /// <summary>Creates the surrogate.</summary>
    /// <param name="alpha">Height; the base is 2/alpha wide. From 1e-18 to 1e18.</param>
    public TriangleSurrogate(double alpha = 1.0) : base(alpha) { }

    /// <inheritdoc/>
    internal override double Primitive(double u)
    {
        double au = Math.Clamp(Alpha * u, -1.0, 1.0);
        return 0.5 + au - (0.5 * au * Math.Abs(au));
    }

    /// <inheritdoc/>
    public override double Derivative(double u) => Math.Max(0.0, Alpha - (Alpha * Alpha * Math.Abs(u)));
}
