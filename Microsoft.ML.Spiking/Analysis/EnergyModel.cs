using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Analysis;

/// <summary>
/// Lemaire's model of energy: operations, accesses to memories of the layer's sizes, and the computation of addresses.
/// </summary>
/// <remarks>
/// For a row: of a layer with weights that runs S steps, with P dense products and I inputs and O outputs a step, n
/// active inputs over all steps and A = n P / I products of these; and of a layer of N neurons over T steps with k
/// spikes:
/// <code>
///                       ANN, S = 1        spiking: weights        neurons
/// additions             P + O (bias)      A + S O (bias)          c T N + k (reset)
/// multiplications       P                 A unless spikes arrive  d T N
/// reads of inputs       P                 n
/// reads of parameters   P + O             A + S O
/// reads of potentials   0                 A                       p T N
/// writes of potentials  0                 A                       p T N
/// writes of outputs     O                 0                       k
/// address additions     I + O + kernel    A
/// address products      0                 2 n (convolution)
/// </code>
/// A charge adds the current to the potential (c = 1) and multiplies by the leak (d = 1). CLIF also multiplies v / tau
/// and m sigmoid(v / tau), and adds the spike to m and sigmoid(m) to the reset: c = 2, d = 3, and k counts twice; its
/// sigmoids are left out. It has two potentials: p = 2, else 1. IF has no leak: d = 0.
/// </remarks>
internal static class EnergyModel
{
    private const double PicojoulesPerMicrojoule = 1e6;

    /// <summary>Returns the energy of an ordinary network of the same layers, in uJ.</summary>
    public static double OfRectifiers(IEnumerable<OperationCount> layers, EnergyOptions options)
    {
        double sum = 0;
        foreach (OperationCount layer in layers)
        {
            double products = layer.Products, inputs = layer.Input.Size, outputs = layer.Output.Size;
            double addresses = inputs + outputs + (Kernel(layer) is double kernel ? kernel : 0);
            sum += (options.Addition * (products + outputs + addresses)) + (options.Multiplication * products);
            sum += Access(inputs, products) + Access(layer.Parameters, products + outputs) + Access(outputs, outputs);
        }
        return sum / PicojoulesPerMicrojoule;

        double Access(double size, double count) => count * options.AccessEnergy(size * options.BytesPerValue);
    }

    /// <summary>Returns the energy of a network of spiking neurons, in uJ.</summary>
    /// <param name="layers">The layers with weights.</param>
    /// <param name="updates">The layers of neurons.</param>
    /// <param name="neuron">The neuron.</param>
    /// <param name="options">The constants.</param>
    public static double OfSpikes(IEnumerable<OperationCount> layers, IEnumerable<NeuronUpdates> updates,
        SpikingNeuronDefinition neuron, EnergyOptions options)
    {
        (double additions, double products, double potentials, double resets) = neuron switch
        {
            ClifNeuron => (2.0, 3.0, 2.0, 2.0),
            KlifNeuron => (1, 2, 1, 1),
            IfNeuron => (1, 0, 1, 1),
            _ => (1, 1, 1, 1),
        };
        double sum = 0;
        foreach (OperationCount layer in layers)
        {
            double active = layer.ActiveInputs, reached = active * layer.FanOut;
            double biases = layer.Steps * (double)layer.Output.Size;
            double multiplied = layer.Input.Kind == SignalKind.Spikes ? 0 : reached;
            double addressProducts = Kernel(layer) is null ? 0 : 2 * active;
            sum += (options.Addition * (reached + biases + reached))
                + (options.Multiplication * (multiplied + addressProducts))
                + Access(layer.Input.Size, active) + Access(layer.Parameters, reached + biases)
                + Access(potentials * layer.Output.Size, 2 * reached);
        }
        foreach (NeuronUpdates layer in updates)
        {
            sum += (options.Addition * ((additions * layer.Updates) + (resets * layer.Spikes)))
                + (options.Multiplication * products * layer.Updates)
                + Access(potentials * layer.Neurons, 2 * potentials * layer.Updates)
                + Access(layer.Neurons, layer.Spikes);
        }
        return sum / PicojoulesPerMicrojoule;

        double Access(double size, double count) => count * options.AccessEnergy(size * options.BytesPerValue);
    }

    /// <summary>
    /// Returns the weights of a convolution's kernel, for all output channels; null for other layers.
    /// </summary>
    private static double? Kernel(OperationCount layer) => layer.Layer is Networks.ConvolutionLayer convolution
        ? (double)convolution.OutputChannels * convolution.Kernel.Pixels
        : null;
}
