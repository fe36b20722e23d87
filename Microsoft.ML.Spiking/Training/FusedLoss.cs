using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training;

/// <summary>
/// <see cref="Loss"/> and its gradient in one pass, on the CPU in float32: there, two dozen operations on a few thousand
/// logits would cost more than the sums. With z the logits, q the smoothed classes, w the weights and W their sum:
/// <code>
/// loss = sum w/W ((1 - lambda)/T (-q log softmax(z)) + lambda/(T C) (z - target)^2)
/// dz   =     w/W ((1 - lambda)/T (softmax(z) sum(q) - q) + lambda/(T C) 2 (z - target))
/// </code>
/// </summary>
internal sealed unsafe class FusedLoss : autograd.SingleTensorFunction<FusedLoss>
{
    private const string WeightedKey = "weighted";

    // Beyond it torch's vectors and threads are worth their price.
    private const long MostLogits = 32_768;

    public override string Name => nameof(FusedLoss);

    /// <summary>Whether the loss of those logits is computed so.</summary>
    public static bool Suits(Tensor logits) => logits.dtype == ScalarType.Float32
        && logits.device_type == DeviceType.CPU && logits.numel() is > 0 and <= MostLogits;

    /// <summary>A scalar.</summary>
    /// <param name="terms">What to add up.</param>
    /// <param name="logits">[T, N, C].</param>
    /// <param name="classes">[N, C].</param>
    /// <param name="weights">[N], or null for 1.</param>
    public static Tensor Apply(LossTerms terms, Tensor logits, Tensor classes, Tensor? weights) =>
        weights is null ? apply(terms, logits, classes) : apply(terms, logits, classes, weights);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = ((Tensor)vars[1]).contiguous(), classes = ((Tensor)vars[2]).contiguous();
        Tensor? weights = vars.Length > 3 ? ((Tensor)vars[3]).contiguous() : null;
        Tensor gradient = empty(logits.shape, ScalarType.Float32, CPU);
        double loss = Compute((LossTerms)vars[0], logits, TensorMemory.Address(classes),
            weights is null ? null : TensorMemory.Address(weights), TensorMemory.Address(gradient));
        ctx.save_for_backward([gradient.MoveToOuterDisposeScope()]); // it is taken only after this method
        ctx.save_data(WeightedKey, weights is not null);
        return tensor((float)loss, ScalarType.Float32, CPU).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        using Tensor upstream = grad_output;
        return (bool)ctx.get_data(WeightedKey)
            ? CallbackGradients.Return(null, ctx.get_saved_variables()[0] * upstream, null, null)
            : CallbackGradients.Return(null, ctx.get_saved_variables()[0] * upstream, null);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Compute(
        LossTerms terms, Tensor logits, float* classes, float* weights, float* gradient)
    {
        (long timeSteps, long rows, int count) = (logits.shape[0], logits.shape[1], (int)logits.shape[2]);
        double total = rows;
        if (weights != null)
        {
            total = 0;
            for (long row = 0; row < rows; row++)
            {
                total += weights[row];
            }
        }
        double loss = 0;
        float* z = TensorMemory.Address(logits);
        for (long at = 0; at < timeSteps * rows; at++, z += count, gradient += count)
        {
            long row = at % rows;
            double share = (weights == null ? 1 : weights[row]) / (total * timeSteps);
            loss += share * Row(terms, z, classes + (row * count), count, share, gradient);
        }
        return loss;
    }

    /// <summary>One row at one step: its loss, and share times the gradient.</summary>
    private static double Row(LossTerms terms, float* z, float* classes, int count, double share, float* gradient)
    {
        double spread = terms.LabelSmoothing / count, kept = 1 - terms.LabelSmoothing;
        double byEntropy = 1 - terms.Lambda, byError = terms.Lambda / count;
        double largest = z[0], sum = 0, mass = 0, loss = 0;
        for (int c = 1; c < count; c++)
        {
            largest = Math.Max(largest, z[c]);
        }
        for (int c = 0; c < count; c++)
        {
            sum += Math.Exp(z[c] - largest);
            mass += (kept * classes[c]) + spread;
        }
        double normalizer = largest + Math.Log(sum);
        for (int c = 0; c < count; c++)
        {
            double logarithm = z[c] - normalizer, q = (kept * classes[c]) + spread;
            double error = z[c] - (terms.Target == LossTarget.Constant ? 1 : classes[c]);
            loss += (byError * error * error) - (byEntropy * q * logarithm);
            gradient[c] = (float)(share * ((byEntropy * ((Math.Exp(logarithm) * mass) - q)) + (2 * byError * error)));
        }
        return loss;
    }
}
