using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks.Encoding;

/// <summary>How a row of features becomes the current of every time step.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DirectEncoder), "direct")]
public abstract record InputEncoder
{
    private protected InputEncoder() { }

    /// <summary>What the first layer receives.</summary>
    internal abstract SignalKind OutputKind { get; }
}
