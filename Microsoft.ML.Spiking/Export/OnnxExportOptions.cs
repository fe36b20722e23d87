using System.Diagnostics.CodeAnalysis;

namespace Microsoft.ML.Spiking;

/// <summary>The outputs of an exported ONNX model besides the prediction, and the precision of its weights.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>
    /// Gets whether each layer of neurons has an output, "Spikes." and the layer's name: how often each neuron fired
    /// over all time steps, float32, [rows, ...shape]. Default <see langword="false"/>.
    /// </summary>
    public bool HasSpikeCounts { get; init; }

    /// <summary>
    /// Gets the precision of the weights of linear layers and convolutions. Biases, normalizations and neurons' values
    /// stay in float32, as do input and outputs. Default <see cref="OnnxWeightPrecision.Float32"/>.
    /// </summary>
    public OnnxWeightPrecision WeightPrecision { get; init; }
}

/// <summary>The precision of the weights in an exported ONNX model.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "These are the field's names of the types.")]
public enum OnnxWeightPrecision
{
    /// <summary>32 bits: the scores of this library.</summary>
    Float32,

    /// <summary>16 bits, IEEE half precision, to 65,504: half of the file. They are read as float32.</summary>
    Float16,

    /// <summary>
    /// 8 bits: whole numbers from -127 to 127 and a scale for each output, a quarter of the file. Linear layers of
    /// spikes add whole numbers, exactly; other layers read them as float32. These are the weights of
    /// <see cref="Networks.WeightPrecision.Int8"/>.
    /// </summary>
    Int8,
}
