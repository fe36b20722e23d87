using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The plan of a network before the data is known. Training binds it to the data's shape and class count and to the
/// options' time steps, neuron and encoder; the result is a <see cref="NetworkDefinition"/>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Mlp), "mlp")]
[JsonDerivedType(typeof(ConvNet), "convNet")]
[JsonDerivedType(typeof(SpikingVgg), "spikingVgg")]
[JsonDerivedType(typeof(SpikingResNet), "spikingResNet")]
[JsonDerivedType(typeof(Snn5), "snn5")]
[JsonDerivedType(typeof(VggSnn), "vggSnn")]
[JsonDerivedType(typeof(LayeredNetwork), "layered")]
public abstract record NetworkTemplate
{
    private protected NetworkTemplate() { }

    /// <summary>The network for that data.</summary>
    /// <param name="binding">The data's shape and class count, and the options.</param>
    /// <exception cref="NetworkDefinitionException">The template does not fit the data.</exception>
    public abstract NetworkDefinition Bind(NetworkBinding binding);

    /// <summary>One sentence for every value that is out of its range.</summary>
    internal abstract IEnumerable<string> Faults();
}
