namespace Microsoft.ML.Spiking;

/// <summary>
/// A method of computing gradients: <see cref="SpikeRepresentationGradient"/>; or, where the option is null,
/// backpropagation through time.
/// </summary>
public abstract record GradientMethod
{
    private protected GradientMethod() { }
}

/// <summary>
/// Gradients by what spikes stand for: neurons are run over all time steps without gradients, and the backward pass
/// goes once through the mean values of a row, as if each layer of neurons were a rectifier that is cut off. Its time
/// and memory do not depend on <see cref="SpikingClifTrainer.Options.TimeSteps"/>. For <see cref="IfNeuron"/> and
/// <see cref="LifNeuron"/> with the soft reset, the same in all layers; their surrogate gradient and
/// <see cref="SpikingNeuronDefinition.DetachReset"/> play no part.
/// </summary>
/// <remarks>
/// <para>In training a spike has the height of the threshold (of <see cref="LifNeuron"/> with
/// <see cref="LeakyNeuronDefinition.DecayInput"/>, tau times the threshold) and is not 1; the trained model has the
/// heights in its weights, and spikes of 1. Means over the steps of leaky neurons weigh each step by what is left of it
/// at the end; the logits are the plain mean, as in scoring. Batch normalization takes its statistics once for a batch,
/// of the rows' means, whatever <see cref="SpikingClifTrainer.Options.BatchNorm"/> says. Max pooling has the gradient
/// of the largest mean. Give neurons an <see cref="SpikingNeuronDefinition.InitialPotential"/> of half the threshold:
/// their mean output is then nearest to what it stands for.</para>
/// Source: Meng et al., "Training High-Performance Low-Latency Spiking Neural Networks by Differentiation on Spike
/// Representation", CVPR 2022, arXiv 2205.00459.
/// </remarks>
public sealed record SpikeRepresentationGradient : GradientMethod
{
    /// <summary>
    /// Gets whether each layer's threshold is learned, from that of the neuron on, at least 0.0005; the initial
    /// potential keeps its share of it. Default <see langword="false"/>.
    /// </summary>
    public bool LearnThreshold { get; init; }
}
