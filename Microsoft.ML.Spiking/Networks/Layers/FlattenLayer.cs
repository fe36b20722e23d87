using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>An image as a vector: channel after channel, row after row.</summary>
public sealed class FlattenLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    internal FlattenLayer(string name) : base(name) { }

    private protected override Signal OutputFor(Signal input) => input with { Shape = [input.Size] };
}
