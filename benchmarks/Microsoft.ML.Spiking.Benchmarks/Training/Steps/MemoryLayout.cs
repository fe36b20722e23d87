namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>The memory layout of images inside a network, and whose operations work on them.</summary>
internal enum MemoryLayout
{
    /// <summary>The library's own layers, planar.</summary>
    Library,

    /// <summary>The same, but each convolution brings its input into channels-last order and works in that.</summary>
    ConvolutionsLast,

    /// <summary>Torch's batch norm and pooling, planar.</summary>
    TorchPlanar,

    /// <summary>The same, in channels-last order from the first convolution to the readout.</summary>
    TorchLast,
}
