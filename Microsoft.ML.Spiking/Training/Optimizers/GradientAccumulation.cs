using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// The accumulation of several batches' gradients into one step: that of one large batch of all their weighted rows,
/// except that batch normalization sees each batch separately.
/// </summary>
/// <param name="parameters">The trained parameters.</param>
/// <param name="batches">Batches in a full group, at least 1.</param>
internal sealed class GradientAccumulation(IReadOnlyList<Tensor> parameters, int batches)
{
    private int _count;
    private double _weight;

    /// <summary>Gets whether no batch has been added since the last <see cref="Finish"/>.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Gets whether the group has all its batches.</summary>
    public bool IsComplete => _count == batches;

    /// <summary>Gets the group under way; null where no batch has been added.</summary>
    public PendingGradients? Pending => IsEmpty ? null : new(_count, _weight);

    /// <summary>Continues a group whose gradients are in the parameters already.</summary>
    public void Restore(PendingGradients? pending) =>
        (_count, _weight) = pending is null ? (0, 0) : (pending.Batches, pending.Weight);

    /// <summary>Adds the gradient of a batch.</summary>
    /// <param name="loss">The batch's mean loss, a scalar.</param>
    /// <param name="weight">The sum of the batch's row weights.</param>
    public void Add(Tensor loss, double weight)
    {
        Backward(loss, weight);
        Count(weight);
    }

    /// <summary>
    /// Runs the backward pass of a batch, as its share of a group, for whatever parameters its loss depends on. On any
    /// thread.
    /// </summary>
    /// <param name="loss">The batch's mean loss, a scalar.</param>
    /// <param name="weight">The sum of the batch's row weights.</param>
    public void Backward(Tensor loss, double weight) =>
        CallbackFaults.Backward(batches == 1 ? loss : loss.Times(ShareOf(weight)));

    /// <summary>Returns the factor of a batch's gradients.</summary>
    /// <param name="weight">The sum of the batch's row weights.</param>
    public double ShareOf(double weight) =>
        // A batch's share is known only when the group is complete: sums here, their mean in Finish.
        batches == 1 ? 1 : weight;

    /// <summary>Counts a batch whose gradients have been added to those of the parameters.</summary>
    /// <param name="weight">The sum of the batch's row weights.</param>
    public void Count(double weight)
    {
        _count++;
        _weight += weight;
    }

    /// <summary>Leaves the group's gradient in the parameters and starts a new group.</summary>
    public void Finish()
    {
        if (batches > 1)
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            foreach (Tensor parameter in parameters)
            {
                parameter.grad?.Divide(_weight);
            }
        }
        _count = 0;
        _weight = 0;
    }
}
