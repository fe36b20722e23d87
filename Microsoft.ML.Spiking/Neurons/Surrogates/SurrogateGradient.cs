using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The derivative that stands in for that of the Heaviside step H(u), u = potential - threshold, when errors are
/// propagated backwards through a spike. Forward passes are not touched by it: spikes stay 0 or 1.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RectangleSurrogate), "rectangle")]
[JsonDerivedType(typeof(SigmoidSurrogate), "sigmoid")]
[JsonDerivedType(typeof(TriangleSurrogate), "triangle")]
[JsonDerivedType(typeof(AtanSurrogate), "atan")]
public abstract record SurrogateGradient
{
    private protected SurrogateGradient(double alpha) => Alpha = alpha;

    /// <summary>
    /// The width parameter, in the sense of the field's literature: see the derived type for whether a larger value
    /// widens or narrows the surrogate. Finite and greater than 0.
    /// </summary>
    public double Alpha { get; init; }

    /// <summary>The smooth function whose derivative replaces that of the step.</summary>
    /// <param name="u">Potential minus threshold.</param>
    internal abstract double Primitive(double u);

    /// <summary>The surrogate's value: the derivative of <see cref="Primitive"/> at <paramref name="u"/>.</summary>
    /// <param name="u">Potential minus threshold.</param>
    public abstract double Derivative(double u);

    internal IEnumerable<string> Faults()
    {
        if (!(double.IsFinite(Alpha) && Alpha > 0))
        {
            yield return $"{GetType().Name}.{nameof(Alpha)} is {Alpha}; it must be a finite number greater than 0.";
        }
    }
}
