using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Surrogates;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary>
/// Where a layer of neurons uses the gradient by its spikes: only where the surrogate is not zero, that is, where the
/// potential is near the threshold. Elsewhere nobody needs to compute it.
/// </summary>
/// <param name="Potential">[T, N, ...]: the potential before the reset; lives as long as the forward pass.</param>
/// <param name="Threshold">Of the neurons.</param>
/// <param name="Distance">The largest distance from the threshold at which the gradient is used.</param>
internal sealed record GradientReach(torch.Tensor Potential, double Threshold, double Distance)
{
    // The neuron's own comparison is made in other roundings.
    private const double Slack = 1.0001;

    /// <summary>The reach of that neuron; null if its surrogate is zero nowhere.</summary>
    public static GradientReach? Of(SpikingNeuronDefinition neuron, torch.Tensor potential) => neuron.Surrogate switch
    {
        RectangleSurrogate surrogate => new(potential, neuron.Threshold, Slack * surrogate.Alpha / 2),
        TriangleSurrogate surrogate => new(potential, neuron.Threshold, Slack / surrogate.Alpha),
        _ => null,
    };
}
