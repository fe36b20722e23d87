using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>What a layer may know of the batch that passes through it.</summary>
internal sealed record ForwardPass
{
    /// <summary>The pass of scoring: nothing random, nothing counted.</summary>
    public static ForwardPass Evaluation { get; } = new();

    /// <summary>Whether layers behave as in training.</summary>
    public bool IsTraining { get; init; }

    /// <summary>The user's seed.</summary>
    public int Seed { get; init; }

    /// <summary>From 1; part of the key of what is random.</summary>
    public int Epoch { get; init; }

    /// <summary>Position in the epoch of the batch's first row; part of the key of what is random.</summary>
    public long FirstRow { get; init; }

    /// <summary>What convolutions and linear layers compute in; null for the type of what arrives.</summary>
    public torch.ScalarType? ProductType { get; init; }

    /// <summary>Where activations are put that nobody needs after the batch; null for fresh memory.</summary>
    public ActivationBuffers? Buffers { get; init; }

    /// <summary>Where spikes are counted, or null.</summary>
    public SpikeTally? Spikes { get; init; }

    /// <summary>Whether this pass repeats one: what a layer remembers of a batch, it has remembered then.</summary>
    public bool IsRepetition { get; init; }

    /// <summary>The same pass once more: it gives the same values and leaves no trace.</summary>
    public ForwardPass Again() => this with { Spikes = null, IsRepetition = true };
}
