using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The measurements of a batch that was trained on; its gradients are in the network's parameters.</summary>
/// <param name="Loss">The mean loss, a scalar.</param>
/// <param name="MeanLogits">[N, classes], the mean over the time steps.</param>
internal readonly record struct BatchResult(Tensor Loss, Tensor MeanLogits)
{
    /// <inheritdoc cref="LossResult.Correct"/>
    public Tensor? Correct { get; init; }

    /// <summary>Runs the forward and the backward pass of a batch.</summary>
    /// <param name="network">The network, whose parameters take the gradients.</param>
    /// <param name="batch">The batch, on the network's device.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="gradients">The group of batches that this one is part of, where it is not counted yet.</param>
    public static BatchResult Of(
        TorchNetwork network, Batch batch, ForwardPass pass, Loss loss, GradientAccumulation gradients)
    {
        using SpikeSum? spikes = loss.SpikePenalty is double ? new() : null;
        pass = spikes is null ? pass : pass with { NeuronOutputs = spikes.Add };
        using TaughtFeature? feature = loss.Teaching?.Watch(ref pass);
        Tensor logits = network.Forward(batch, pass); // [T, N, classes]
        if (loss.AtOnce(logits, batch, gradients.ShareOf(batch.TotalWeight), network.Kernels) is { } known)
        {
            CallbackFaults.Backward(logits, known.Gradient);
            pass.Rounded?.Collect();
            return new(known.Loss, known.MeanLogits) { Correct = known.Correct };
        }
        Tensor classes = batch.Classes(network.Definition.ClassCount, logits.dtype);
        Tensor? taught = loss.Teaching?.RowLosses(network, batch.Features, logits, classes, feature, pass);
        Tensor mean = loss.Compute(logits, classes, batch.Weights, spikes?.Rows, taught);
        gradients.Backward(mean, batch.TotalWeight);
        pass.Rounded?.Collect();
        return new(mean.detach(), logits.detach().mean([0]));
    }

    /// <summary>Returns the result with tensors that no dispose scope owns.</summary>
    public BatchResult Detached() => new(Loss.DetachFromDisposeScope(), MeanLogits.DetachFromDisposeScope())
    {
        Correct = Correct?.DetachFromDisposeScope(),
    };

    /// <summary>
    /// Returns a detached result on a device, in the caller's dispose scope; this one is disposed.
    /// </summary>
    public BatchResult On(Device device)
    {
        using (Loss)
        using (MeanLogits)
        using (Correct)
        {
            return new(Loss.to(device, copy: true), MeanLogits.to(device, copy: true))
            {
                Correct = Correct?.to(device, copy: true),
            };
        }
    }
}
