using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking;

/// <summary>The encoding of a row of features as the current of each time step.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(DirectEncoder), "direct")]
[JsonDerivedType(typeof(PoissonEncoder), "poisson")]
[JsonDerivedType(typeof(LatencyEncoder), "latency")]
public abstract record InputEncoder
{
    private protected InputEncoder() { }

    /// <summary>Gets the kind of signal that the first layer receives.</summary>
    internal abstract SignalKind OutputKind { get; }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal virtual IEnumerable<string> Faults() => [];

    /// <summary>
    /// Returns the key of a row's random numbers; it depends on the row's content, never on its place.
    /// </summary>
    internal virtual long KeyOf(ReadOnlySpan<float> row) => 0;

    /// <summary>Writes the current of one time step. Called only if <see cref="OutputKind"/> is not constant.</summary>
    /// <param name="row">The features.</param>
    /// <param name="moment">Which step, and what random numbers depend on.</param>
    /// <param name="current">Takes as many values as the row has.</param>
    internal abstract void Encode(ReadOnlySpan<float> row, in EncodingMoment moment, Span<float> current);
}
