using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Methods;

namespace Microsoft.ML.Spiking;

// Ways to train besides backpropagation through time.
public sealed partial class SpikingClifTrainer
{
    public sealed partial class Options
    {
        /// <summary>
        /// Gets or sets how gradients are computed: a <see cref="SpikeRepresentationGradient"/> for
        /// <see cref="IfNeuron"/> and <see cref="LifNeuron"/>, whose backward pass does not depend on
        /// <see cref="TimeSteps"/>. Null (the default) for backpropagation through time.
        /// </summary>
        public GradientMethod? Gradient { get; set; }

        /// <summary>
        /// Gets or sets a trained model that the network learns from besides the labels, by its logits and its
        /// features. A checkpoint can be resumed only with the same teacher. Null (the default) for none.
        /// </summary>
        public Teacher? Teacher { get; set; }
    }

    private void CheckMethods(NetworkDefinition network)
    {
        CheckNetwork(network);
        if (_options.Gradient is not null)
        {
            SpikeRepresentation.Check(network);
        }
        if (_options.Teacher is { } teacher)
        {
            Distillation.Check(network, teacher.Settings);
        }
    }

    /// <summary>Returns the network as it is trained, and the weights that it starts from.</summary>
    private (NetworkDefinition Network, NetworkWeights? Weights) Begin(
        NetworkDefinition network, NetworkWeights? weights, Action<string>? warn)
    {
        if (_options.Gradient is SpikeRepresentationGradient gradient)
        {
            (network, weights) = SpikeRepresentation.Begin(network, weights, gradient, warn);
        }
        return _options.Teacher is { } teacher
            ? Distillation.Begin(network, weights, teacher.Settings, _seed) : (network, weights);
    }

    /// <summary>Returns the network as it is scored, of one that was trained.</summary>
    private (NetworkDefinition Network, NetworkWeights Weights) End(NetworkDefinition network, NetworkWeights weights)
    {
        if (_options.Teacher is not null)
        {
            (network, weights) = Distillation.End(network, weights);
        }
        return _options.Gradient is null ? (network, weights) : SpikeRepresentation.End(network, weights);
    }
}
