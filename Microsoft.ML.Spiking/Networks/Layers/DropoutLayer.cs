using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>
/// Dropout: sets a random part of the values to zero in training and scales the others by 1/(1 - rate); the same values
/// at all time steps of a batch. At scoring it does nothing.
/// </summary>
public sealed class DropoutLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    /// <param name="rate">The part that is dropped, from 0 up to, but not including, 1.</param>
    internal DropoutLayer(string name, double rate) : base(name) => Rate = rate;

    /// <summary>Gets the part that is dropped.</summary>
    public double Rate { get; }

    private protected override Signal OutputFor(Signal input) =>
        Rate is >= 0 and < 1 ? input : throw Fault(Invariant($"the rate {Rate} is not in [0, 1)."));
}
