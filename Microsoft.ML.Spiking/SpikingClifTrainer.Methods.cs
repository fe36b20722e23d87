using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Methods;

namespace Microsoft.ML.Spiking;

// Ways to train and to convert besides plain backpropagation through time.
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

        /// <summary>
        /// Gets or sets what the trained network is converted to: <see cref="FirstSpikeConversion"/> or
        /// <see cref="CountConversion"/>, which need <see cref="ReluNeuron"/> and rows without time steps. Null (the
        /// default) for nothing.
        /// </summary>
        public NetworkConversion? Conversion { get; set; }

        /// <summary>
        /// Gets or sets the factor of the penalty of spikes in the loss, from 0 to 1: it is multiplied with a row's
        /// spikes, or values of a neuron that does not spike, summed over all neurons and averaged over the time
        /// steps. It makes activity rare; 0.0005 is a start for networks of some hundred neurons. Default 0.
        /// </summary>
        public double SpikePenalty { get; set; }

        /// <summary>
        /// Gets or sets the number of time steps back that the gradient of a neuron's spike goes within its layer, from
        /// 0 (only the step of the spike) to 1,000: what happened earlier is not learned from. It is for studies of how
        /// much a neuron learns through time; a step of the training takes up to as many times longer. Null (the
        /// default) for all steps. See docs/analysis.md.
        /// </summary>
        public int? GradientHorizon { get; set; }
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
