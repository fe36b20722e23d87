using Microsoft.ML.Spiking.Networks.Definition;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>An image becomes a vector: channel after channel, row after row.</summary>
public sealed record FlattenLayer : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="name">Unique within the network.</param>
    public FlattenLayer(string name) : base(name) { }

    internal override Signal Infer(Signal input) => input with { Shape = [input.Size] };
}
