using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>The circumstances of a forward pass, as layers see them.</summary>
internal sealed record ForwardPass
{
    /// <summary>Gets a pass of scoring: nothing is random, and no spikes are counted.</summary>
    public static ForwardPass Evaluation { get; } = new();

    /// <summary>Gets whether layers behave as in training.</summary>
    public bool IsTraining { get; init; }

    /// <summary>Gets the user's seed.</summary>
    public int Seed { get; init; }

    /// <summary>Gets the epoch, from 1; part of the key of random numbers.</summary>
    public int Epoch { get; init; }

    /// <summary>Gets the position in the epoch of the batch's first row; part of the key of random numbers.</summary>
    public long FirstRow { get; init; }

    /// <summary>Gets the type in which convolutions and linear layers compute; null for that of their input.</summary>
    public torch.ScalarType? ProductType { get; init; }

    /// <summary>
    /// Gets whether values stay in <see cref="ProductType"/> from the first product to the logits, and images have
    /// their channels innermost, as GPUs multiply fastest; otherwise each product gives the type that it takes.
    /// </summary>
    public bool KeepsProductType { get; init; }

    /// <summary>
    /// Gets whether convolutions of spikes compute the gradient of their weights from float16: where products are in
    /// TF32, which has as many bits.
    /// </summary>
    public bool HalvesWeightGradients =>
        MayHalveWeightGradients && IsTraining && KeepsProductType && ProductType == torch.ScalarType.Float32;

    /// <summary>Gets whether <see cref="HalvesWeightGradients"/> may be; not where the two ways are compared.</summary>
    public bool MayHalveWeightGradients { get; init; } = true;

    /// <summary>
    /// Gets the rounded weights, where <see cref="KeepsProductType"/>; null to round in each product.
    /// </summary>
    public RoundedWeights? Rounded { get; init; }

    /// <summary>Gets the buffers of activations that are not needed after the batch; null for fresh memory.</summary>
    public ActivationBuffers? Buffers { get; init; }

    /// <summary>Gets the tally of spikes; null to count none.</summary>
    public SpikeTally? Spikes { get; init; }

    /// <summary>
    /// Gets what is shown the output of each layer of neurons, [T, N, ...], with the layer's name; valid during the
    /// call alone. Null for nothing.
    /// </summary>
    public Action<string, torch.Tensor>? NeuronOutputs { get; init; }

    /// <summary>
    /// Gets what is told the name of a layer whose solver has not converged in the backward pass; null for nothing.
    /// </summary>
    public Action<string>? Stalled { get; init; }

    /// <summary>
    /// Gets whether this pass repeats another, which has updated the layers' running statistics already.
    /// </summary>
    public bool IsRepetition { get; init; }

    /// <summary>
    /// Gets the moves of running statistics, which are then left to the caller; null where layers make them themselves.
    /// </summary>
    public ICollection<RunningMove>? Moves { get; init; }

    /// <summary>
    /// Gets the sums by which batch normalizations take their statistics over several processes; null to take those of
    /// this batch alone.
    /// </summary>
    public ISharedSums? Statistics { get; init; }

    /// <summary>Returns the repetition of this pass: the same values, without side effects.</summary>
    public ForwardPass Again() => this with { Spikes = null, IsRepetition = true };
}

/// <summary>A move of a batch normalization's running statistics after a batch.</summary>
/// <param name="MeanName">The array of the running mean.</param>
/// <param name="VarianceName">The array of the running variance.</param>
/// <param name="Apply">Moves these two, on any device.</param>
internal sealed record RunningMove(
    string MeanName, string VarianceName, Action<torch.Tensor, torch.Tensor> Apply);
