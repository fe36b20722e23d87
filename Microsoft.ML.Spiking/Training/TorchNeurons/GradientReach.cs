using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Surrogates;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary>
/// Where a layer of neurons uses the gradient by its spikes: only where the surrogate is not zero, that is, where the
/// potential is near the threshold. Elsewhere nobody needs to compute it, and a layer may give 0.
/// </summary>
/// <param name="Spikes">[T, N, ...]: those spikes; the reach is of this tensor and of nothing that is made of it.</param>
/// <param name="Potential">[T, N, ...]: the potential before the reset; lives as long as the forward pass.</param>
/// <param name="Threshold">Of the neurons.</param>
/// <param name="Distance">The largest distance from the threshold at which the gradient is used.</param>
internal sealed record GradientReach(torch.Tensor Spikes, torch.Tensor Potential, double Threshold, double Distance)
{
    // The neuron's own comparison is made in other roundings.
    private const double Slack = 1.0001;

    /// <summary>The reach of that neuron; null if its surrogate is zero nowhere.</summary>
    public static GradientReach? Of(SpikingNeuronDefinition neuron, torch.Tensor spikes, torch.Tensor potential) =>
        neuron.Surrogate switch
        {
            RectangleSurrogate surrogate => new(spikes, potential, neuron.Threshold, Slack * surrogate.Alpha / 2),
            TriangleSurrogate surrogate => new(spikes, potential, neuron.Threshold, Slack / surrogate.Alpha),
            _ => null,
        };

    /// <summary>Whether it is of those values.</summary>
    public bool IsOf(torch.Tensor values) => ReferenceEquals(Spikes, values);
}
