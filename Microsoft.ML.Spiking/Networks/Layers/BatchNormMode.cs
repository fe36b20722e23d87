using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking.Networks;

/// <summary>Over what a batch normalization takes its statistics in training.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchNormMode>))]
public enum BatchNormMode
{
    /// <summary>
    /// Over the rows of each time step by itself; the running statistics move once for each time step. As the CLIF
    /// authors' code does.
    /// </summary>
    PerTimeStep,

    /// <summary>Over the rows of all time steps together; the running statistics move once for each batch.</summary>
    AcrossTime,
}
