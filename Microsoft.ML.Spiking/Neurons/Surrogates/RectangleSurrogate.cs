namespace Microsoft.ML.Spiking;

/// <summary>
/// 1/alpha where |u| &lt;= alpha/2, else 0. A larger alpha widens it. Default alpha 1; the CLIF paper's choice
/// (Huang et al., ICML 2024, arXiv 2402.04663; Wu et al., AAAI 2019).
/// </summary>
public sealed record RectangleSurrogate : SurrogateGradient
{
    /// <summary>Creates the surrogate.</summary>
    /// <param name="alpha">Full width of the rectangle; from 1e-18 to 1e18.</param>
    public RectangleSurrogate(double alpha = 1.0) : base(alpha) { }

    /// <inheritdoc/>
    internal override double Primitive(double u) => Math.Clamp((u / Alpha) + 0.5, 0.0, 1.0);

    /// <inheritdoc/>
    public override double Derivative(double u) => Math.Abs(u) <= Alpha / 2 ? 1 / Alpha : 0.0;
}
