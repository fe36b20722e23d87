using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The loss of one batch over the logits of all time steps:
/// <code>(1 - lambda) CE + lambda MSE</code>
/// CE is the cross entropy of each step's softmax, averaged over steps and rows; MSE the mean over steps, rows and
/// classes of (logit - target)^2, the target 1 everywhere or the row's class as 0 and 1 (Huang et al., ICML 2024).
/// </summary>
/// <remarks>
/// The mean over rows is weighted: sum of weight times loss over sum of weights. Weights that are all alike give the
/// plain mean, and a row of weight 2 counts as the same row twice. A row's weight is its example weight times the
/// weight of its class; both parts of the loss are weighted. Label smoothing epsilon replaces the row's classes q by
/// (1 - epsilon) q + epsilon / classes, in CE only. With a penalty of spikes, its factor times the row's spikes (of
/// neurons that do not spike, the values), summed over the neurons and averaged over the steps, is added to the row's
/// loss.
/// </remarks>
/// <param name="lambda">The share of the squared error.</param>
/// <param name="target">What the squared error pulls the logits towards.</param>
/// <param name="labelSmoothing">Epsilon.</param>
/// <param name="spikePenalty">The factor of the penalty of spikes; null for none.</param>
/// <param name="ofMean">Whether the loss is that of the steps' mean logits.</param>
internal sealed class Loss(double lambda, LossTarget target, double labelSmoothing, double? spikePenalty = null,
    bool ofMean = false)
{
    private readonly LossRule _rule = new(lambda, target, labelSmoothing, ofMean);

    /// <summary>Gets what the network learns besides the labels; null for nothing.</summary>
    public Teaching? Teaching { get; init; }

    /// <summary>Gets the factor of the penalty of spikes; null for none.</summary>
    public double? SpikePenalty => spikePenalty;

    /// <summary>
    /// Computes the loss of a batch and its gradient at once; null where <see cref="Compute"/> has to.
    /// </summary>
    /// <param name="logits">[T, N, C].</param>
    /// <param name="batch">The batch.</param>
    /// <param name="upstream">The factor of the gradient.</param>
    /// <param name="kernels">The device's CUDA kernels; null for none.</param>
    public LossResult? AtOnce(Tensor logits, Batch batch, double upstream, CudaKernels? kernels = null)
    {
        if (spikePenalty is not null || Teaching is not null)
        {
            return null;
        }
        if (kernels is not null && LossLaunch.Suits(logits))
        {
            return LossLaunch.Run(kernels, _rule, logits, batch, upstream);
        }
        return LossKernel.Suits(logits) ? new LossKernel(_rule).Run(logits, batch, upstream) : null;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="logits">[T, N, C].</param>
    /// <param name="classes">[N, C]: the probability of each class; one 1 in each row for plain labels.</param>
    /// <param name="weights">[N], positive; null where all rows weigh the same.</param>
    /// <param name="spikes">[N], each row's spikes per step; null where they have no penalty.</param>
    /// <param name="taught">[N], each row's loss against a teacher; null without one.</param>
    /// <returns>A scalar.</returns>
    public Tensor Compute(Tensor logits, Tensor classes, Tensor? weights = null, Tensor? spikes = null,
        Tensor? taught = null)
    {
        using DisposeScope scope = NewDisposeScope();
        logits = ofMean ? logits.mean([0], keepdim: true) : logits;
        Tensor rows = lambda switch // [N]
        {
            0 => CrossEntropy(logits, classes),
            1 => SquaredError(logits, classes),
            _ => CrossEntropy(logits, classes).Times(1 - lambda).Plus(SquaredError(logits, classes), factor: lambda),
        };
        rows = spikes is null ? rows : rows.Plus(spikes, factor: spikePenalty ?? 0);
        rows = taught is null ? rows : rows.Plus(taught);
        Tensor loss = weights is null ? rows.mean() : (rows * weights).sum() / weights.sum();
        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>Converts labels to the probabilities that <see cref="Compute"/> takes.</summary>
    /// <param name="labels">[N], int64.</param>
    /// <param name="classCount">C.</param>
    /// <param name="type">The type of the logits.</param>
    /// <returns>[N, C].</returns>
    public static Tensor OneHot(Tensor labels, int classCount, ScalarType type)
    {
        using Tensor integers = nn.functional.one_hot(labels, classCount);
        return integers.to_type(type);
    }

    private Tensor CrossEntropy(Tensor logits, Tensor classes)
    {
        Tensor wanted = labelSmoothing == 0
            ? classes
            : classes.Times(1 - labelSmoothing).Plus(labelSmoothing / classes.shape[1]);
        return -(nn.functional.log_softmax(logits, 2).mean([0]) * wanted).sum(1);
    }

    private Tensor SquaredError(Tensor logits, Tensor classes)
    {
        Tensor difference = target switch
        {
            LossTarget.Constant => logits.Minus(1),
            LossTarget.OneHot => logits - classes,
            _ => throw new NotSupportedException($"The loss target {target} is not known."),
        };
        return (difference * difference).mean([0, 2]);
    }
}
