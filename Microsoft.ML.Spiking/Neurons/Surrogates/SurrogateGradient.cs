using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The derivative that replaces that of the Heaviside step H(u), u = potential - threshold, in the backward pass. It
/// does not affect the forward pass: spikes stay 0 or 1.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RectangleSurrogate), "rectangle")]
[JsonDerivedType(typeof(SigmoidSurrogate), "sigmoid")]
[JsonDerivedType(typeof(TriangleSurrogate), "triangle")]
[JsonDerivedType(typeof(AtanSurrogate), "atan")]
public abstract record SurrogateGradient
{
    // Between them float32 holds the constants of every surrogate, of which the largest is (pi/2 alpha)^2.
    private const double SmallestAlpha = 1e-18;
    private const double LargestAlpha = 1e18;

    private protected SurrogateGradient(double alpha) => Alpha = alpha;

    /// <summary>
    /// Gets the width parameter, in the sense of the field's literature: see the derived type for whether a larger
    /// value widens or narrows the surrogate. From 1e-18 to 1e18.
    /// </summary>
    public double Alpha { get; init; }

    /// <summary>Returns the smooth function whose derivative replaces that of the step.</summary>
    /// <param name="u">Potential minus threshold.</param>
    internal abstract double Primitive(double u);

    /// <summary>Returns the surrogate's value: the derivative of <see cref="Primitive"/>.</summary>
    /// <param name="u">Potential minus threshold.</param>
    public abstract double Derivative(double u);

    internal IEnumerable<string> Faults()
    {
        if (!(Alpha >= SmallestAlpha && Alpha <= LargestAlpha))
        {
            yield return Invariant($"{GetType().Name}.{nameof(Alpha)} is {Alpha}; ") +
                Invariant($"it must be a number from {SmallestAlpha} to {LargestAlpha}.");
        }
    }
}
