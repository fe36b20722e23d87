namespace Microsoft.ML.Spiking;

/// <summary>The outputs of an exported ONNX model besides the prediction.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Gets whether each layer of neurons has an output, "Spikes." and the layer's name: how often each neuron fired
    /// over all time steps, float32, [rows, ...shape]. Default <see langword="false"/>.
    /// </summary>
    public bool SpikeCounts { get; init; }
}
