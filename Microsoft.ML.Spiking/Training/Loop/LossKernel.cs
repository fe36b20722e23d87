using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// <see cref="Loss"/> and its gradient in one pass over the logits, on the CPU in float32. What autograd would do in
/// dozens of small operations takes longer than the products of a small network.
/// </summary>
/// <param name="rule">The loss.</param>
internal sealed unsafe class LossKernel(LossRule rule)
{
    /// <summary>Returns whether the logits of a batch can be reached.</summary>
    public static bool Suits(Tensor logits) => TensorMemory.IsReachable(logits);

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="logits">[T, N, C].</param>
    /// <param name="batch">The batch: its labels, and how its rows weigh.</param>
    /// <param name="upstream">The factor of the gradient.</param>
    public LossResult Run(Tensor logits, Batch batch, double upstream = 1)
    {
        using IDisposable noGradient = no_grad();
        using Tensor values = logits.detach().contiguous();
        (int steps, int rows, int classes) = ((int)values.shape[0], (int)values.shape[1], (int)values.shape[2]);
        using Tensor? mixed = batch.Shares is null ? null : batch.Classes(classes, ScalarType.Float32);
        ReadOnlySpan<long> labels = MemoryMarshal.Cast<byte, long>(batch.Labels.bytes);
        ReadOnlySpan<float> shares = mixed is null ? [] : TensorMemory.Values(mixed);
        ReadOnlySpan<float> weights = batch.Weights is null ? [] : TensorMemory.Values(batch.Weights);
        double total = weights.IsEmpty ? rows : batch.TotalWeight;
        Tensor means = empty([rows, classes], ScalarType.Float32, CPU);
        Tensor gradient = empty([steps, rows, classes], ScalarType.Float32, CPU);
        float* source = TensorMemory.Address(values), mean = TensorMemory.Address(means);
        float* slope = TensorMemory.Address(gradient);
        long step = (long)rows * classes;
        Span<float> own = new float[classes];
        double loss = 0;
        for (int row = 0; row < rows; row++, source += classes, mean += classes, slope += classes)
        {
            if (shares.IsEmpty)
            {
                own.Clear();
                own[(int)labels[row]] = 1;
            }
            else
            {
                shares.Slice(row * classes, classes).CopyTo(own);
            }
            double weight = (weights.IsEmpty ? 1 : weights[row]) / total;
            Span<float> meanLogits = new(mean, classes);
            Mean(source, step, steps, meanLogits);
            if (rule.OfMean)
            {
                Span<float> first = new(slope, classes);
                loss += weight * RowLoss(meanLogits, own, first, upstream * weight / steps);
                for (int t = 1; t < steps; t++)
                {
                    first.CopyTo(new(slope + (t * step), classes));
                }
                continue;
            }
            for (int t = 0; t < steps; t++)
            {
                loss += weight / steps * RowLoss(new(source + (t * step), classes), own,
                    new(slope + (t * step), classes), upstream * weight / steps);
            }
        }
        return new(tensor((float)loss), gradient, means);
    }

    /// <summary>Returns the loss of a row at a step, and writes its gradient times a factor.</summary>
    /// <param name="logits">[C].</param>
    /// <param name="own">[C], the probability of each class.</param>
    /// <param name="gradient">[C].</param>
    /// <param name="factor">The factor.</param>
    private double RowLoss(ReadOnlySpan<float> logits, ReadOnlySpan<float> own, Span<float> gradient, double factor)
    {
        float largest = TensorPrimitives.Max(logits);
        TensorPrimitives.Subtract(logits, largest, gradient);
        TensorPrimitives.Exp<float>(gradient, gradient);
        double sum = 0;
        foreach (float exponential in gradient)
        {
            sum += exponential;
        }
        double logOfSum = largest + Math.Log(sum);
        double crossEntropy = 0, squaredError = 0;
        double lambda = rule.Lambda, kept = 1 - rule.LabelSmoothing, rest = rule.LabelSmoothing / logits.Length;
        double scale = 2.0 / logits.Length;
        for (int c = 0; c < logits.Length; c++)
        {
            double wanted = (kept * own[c]) + rest;
            double difference = logits[c] - (rule.Target == LossTarget.Constant ? 1 : own[c]);
            crossEntropy += wanted * (logOfSum - logits[c]);
            squaredError += difference * difference;
            gradient[c] = (float)(factor * (((1 - lambda) * ((gradient[c] / sum) - wanted))
                + (lambda * scale * difference)));
        }
        return ((1 - lambda) * crossEntropy) + (lambda * squaredError / logits.Length);
    }

    private static void Mean(float* values, long step, int steps, Span<float> mean)
    {
        new ReadOnlySpan<float>(values, mean.Length).CopyTo(mean);
        for (int t = 1; t < steps; t++)
        {
            TensorPrimitives.Add(mean, new ReadOnlySpan<float>(values + (t * step), mean.Length), mean);
        }
        TensorPrimitives.Divide(mean, steps, mean);
    }
}

/// <summary>The settings of a loss that kernels compute.</summary>
/// <param name="Lambda">The share of the squared error.</param>
/// <param name="Target">What the squared error pulls the logits towards.</param>
/// <param name="LabelSmoothing">Epsilon.</param>
/// <param name="OfMean">Whether the loss is that of the steps' mean logits.</param>
internal readonly record struct LossRule(double Lambda, LossTarget Target, double LabelSmoothing, bool OfMean);

/// <summary>The loss of a batch, on its device, in the caller's dispose scope.</summary>
/// <param name="Loss">The mean loss, a scalar.</param>
/// <param name="Gradient">[T, N, C], its gradient by the logits.</param>
/// <param name="MeanLogits">[N, C], the mean over the time steps.</param>
internal readonly record struct LossResult(Tensor Loss, Tensor Gradient, Tensor MeanLogits)
{
    /// <summary>Gets the number of rows classified correctly, int64, a scalar; null where it was not counted.</summary>
    public Tensor? Correct { get; init; }
}
