using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>What a walk over the layers has in hand: a result, where it lies and in what order.</summary>
/// <param name="Signal">Its shape, and whether it is the same at every step.</param>
/// <param name="Buffer">The buffer, or <see cref="ScoringPlan.Row"/>.</param>
/// <param name="Order">The order of a step's values.</param>
internal sealed record Flow(Signal Signal, int Buffer, Interleaving Order)
{
    public bool IsConstant => Signal.Kind == SignalKind.Constant;

    /// <summary>
    /// The order in which executors of images take this one; other shapes stay in the definition's order.
    /// </summary>
    public Interleaving UsualOrder => Signal.Shape is [int channels, int height, int width]
        ? Interleaving.OfImage(channels, checked(height * width))
        : Interleaving.Natural(Signal.Size);
}
