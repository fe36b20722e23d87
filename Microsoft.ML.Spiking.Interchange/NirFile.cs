using Microsoft.ML.Spiking.Interchange.Nir;
using Microsoft.ML.Spiking.Networks;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Interchange;

/// <summary>Networks in NIR files (Neuromorphic Intermediate Representation, HDF5).</summary>
/// <remarks>
/// Source: Pedersen et al., "Neuromorphic intermediate representation: A unified instruction set for interoperable
/// brain-inspired computing", Nature Communications 2024. NIR describes neurons in continuous time; files follow its
/// simulators in reading them with the forward Euler method, v + dt/tau (v_leak - v + r I), and a time step dt. NIR's
/// neurons fire above the threshold, this library's at it, too.
/// </remarks>
public static class NirFile
{
    internal const double DefaultTimeStep = 1e-4;

    /// <summary>
    /// Writes a network as a NIR graph. Batch normalizations are folded into weights, average poolings, flattening and
    /// LIF, PLIF and IF neurons with the hard reset have nodes of their own, the paths of residual layers are branches.
    /// If it fails, no new file is left, and an existing one is unchanged.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <param name="timeStep">The length of a time step in seconds; greater than 0.</param>
    /// <exception cref="NotSupportedException">
    /// NIR has no form for a layer, neuron or encoder of the network; the message names it.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Export(SpikingModelParameters model, string path, double timeStep = DefaultTimeStep)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        CheckTimeStep(timeStep, nameof(timeStep));
        NirGraph graph = NirExporter.Graph(model.Network, model.Weights, timeStep);
        string partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            NirStorage.Write(graph, partial);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception)
        {
            if (File.Exists(partial))
            {
                File.Delete(partial);
            }
            if (exception is not (IOException or UnauthorizedAccessException))
            {
                throw;
            }
            throw new IOException(
                $"The network was not exported: '{path}' could not be written: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Reads a network from a NIR graph: Affine, Linear, Conv2d, AvgPool2d, SumPool2d, Flatten, Scale, IF, LIF and
    /// CubaLIF nodes between an Input and an Output, in a chain or in two branches that meet again. A trainer can go on
    /// training it.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What the file does not say.</param>
    /// <exception cref="FormatException">
    /// The file is damaged or no NIR file, or its graph has no form in this library; the message names the node.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpikingModelParameters Import(string path, NirImportOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(options);
        CheckTimeStep(options.TimeStep, nameof(options));
        if (options.TimeSteps < 1)
        {
            throw new ArgumentException(
                Invariant($"{nameof(NirImportOptions.TimeSteps)} is {options.TimeSteps}; it must be at least 1."),
                nameof(options));
        }
        (NetworkDefinition network, NetworkWeights weights) = NirImporter.Network(NirStorage.Read(path), options);
        return new SpikingModelParameters(network, weights);
    }

    private static void CheckTimeStep(double timeStep, string parameter)
    {
        if (!(timeStep > 0 && double.IsFinite(timeStep)))
        {
            throw new ArgumentException(
                Invariant($"The time step is {timeStep}; it must be finite and greater than 0."), parameter);
        }
    }
}
