using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Networks.Layers;

/// <summary>
/// One layer of a <see cref="NetworkDefinition"/>, all sizes known. The set is closed: whatever walks a network
/// (training, scoring, export) names the layers it does not support.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(AffineLayer), "affine")]
[JsonDerivedType(typeof(LinearLayer), "linear")]
[JsonDerivedType(typeof(NeuronLayer), "neuron")]
[JsonDerivedType(typeof(DropoutLayer), "dropout")]
public abstract record Layer
{
    private protected Layer(string name) => Name = name;

    /// <summary>Unique within the network; the prefix of the layer's arrays.</summary>
    public string Name { get; }

    /// <summary>The arrays that this layer needs.</summary>
    internal virtual IEnumerable<ParameterSpec> Parameters => [];

    /// <summary>What leaves the layer when <paramref name="input"/> arrives.</summary>
    /// <exception cref="NetworkDefinitionException">The layer cannot take that input, or its own values are out of range.</exception>
    internal abstract Signal Infer(Signal input);

    private protected NetworkDefinitionException Fault(string message) => new($"Layer '{Name}': {message}");
}
