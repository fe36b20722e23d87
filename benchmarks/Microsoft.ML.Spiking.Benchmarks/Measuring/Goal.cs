using System.Globalization;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>A figure that is to be reached.</summary>
/// <param name="Name">Without spaces.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Target">What it is held against.</param>
/// <param name="AtMost">Whether the target is an upper bound; otherwise it is a lower one.</param>
internal sealed record Goal(string Name, double Measured, double Target, bool AtMost)
{
    public bool IsMet => AtMost ? Measured <= Target : Measured >= Target;

    /// <summary>goal name measured target met|missed</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"goal {Name} {Measured:0.00} {Target:0.00} {(IsMet ? "met" : "missed")}");
}
