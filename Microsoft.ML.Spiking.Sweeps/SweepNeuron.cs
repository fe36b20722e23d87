using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The neurons that a sweep can choose from. In JSON they go by their names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SweepNeuron>))]
public enum SweepNeuron
{
    /// <summary><see cref="ClifNeuron"/>.</summary>
    Clif,

    /// <summary><see cref="LifNeuron"/>.</summary>
    Lif,

    /// <summary><see cref="PlifNeuron"/>.</summary>
    Plif,

    /// <summary><see cref="KlifNeuron"/>.</summary>
    Klif,

    /// <summary><see cref="IfNeuron"/>.</summary>
    If,
}
