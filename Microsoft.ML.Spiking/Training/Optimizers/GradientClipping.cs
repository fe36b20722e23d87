using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// The scaling of all gradients together so that their norm does not exceed a bound. Never waits for the device.
/// </summary>
internal static class GradientClipping
{
    /// <summary>Clips the gradients in place.</summary>
    /// <param name="parameters">The trained parameters; those without a gradient are skipped.</param>
    /// <param name="maximumNorm">The largest Euclidean norm of all gradients together; greater than 0.</param>
    /// <param name="columns">A gradient by columns, which counts with the others; null for none.</param>
    public static void Apply(IReadOnlyList<Tensor> parameters, double maximumNorm, ColumnGradient? columns = null)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
        {
            return;
        }
        IEnumerable<Tensor> norms = gradients.Select(gradient => gradient.norm());
        if (columns is { Count: > 0 })
        {
            norms = norms.Append(tensor((float)Math.Sqrt(columns.SumOfSquares())));
        }
        Tensor norm = stack(norms).norm();
        Tensor factor = norm.Plus(1e-6).reciprocal().Times(maximumNorm).LimitTo(1);
        foreach (Tensor gradient in gradients)
        {
            gradient.mul_(factor);
        }
        if (columns is { Count: > 0 })
        {
            columns.Multiply(DeviceWait.Item<float>(factor));
        }
    }
}
