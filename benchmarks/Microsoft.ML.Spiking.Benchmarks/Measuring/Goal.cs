using System.Globalization;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>A figure that a benchmark should reach.</summary>
/// <param name="Name">Without spaces.</param>
/// <param name="Measured">The measured figure.</param>
/// <param name="Target">The figure to reach.</param>
/// <param name="AtMost">Whether the target is an upper bound; otherwise it is a lower one.</param>
internal sealed record Goal(string Name, double Measured, double Target, bool AtMost)
{
    public bool IsMet => AtMost ? Measured <= Target : Measured >= Target;

    /// <summary>Returns "goal NAME MEASURED TARGET met", or "missed".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"goal {Name} {Measured:0.00} {Target:0.00} {(IsMet ? "met" : "missed")}");
}
