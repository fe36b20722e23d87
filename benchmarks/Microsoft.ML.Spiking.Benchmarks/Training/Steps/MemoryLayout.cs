namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>In which order the values of images lie inside a network, and whose operations work on them.</summary>
internal enum MemoryLayout
{
    /// <summary>The library's own layers, channel after channel.</summary>
    Library,

    /// <summary>
    /// The same, but each convolution brings what arrives at it into the order pixel after pixel, and works in that.
    /// </summary>
    ConvolutionsLast,

    /// <summary>Torch's batch norm and pooling, channel after channel.</summary>
    TorchPlanar,

    /// <summary>The same, pixel after pixel from the first convolution to the readout.</summary>
    TorchLast,
}
