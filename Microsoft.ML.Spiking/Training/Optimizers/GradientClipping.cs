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
    public static void Apply(IReadOnlyList<Tensor> parameters, double maximumNorm)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        if (gradients.Length == 0)
        {
            return;
        }
        Tensor norm = stack(gradients.Select(gradient => gradient.norm())).norm();
        Tensor factor = norm.Plus(1e-6).reciprocal().Times(maximumNorm).LimitTo(1);
        foreach (Tensor gradient in gradients)
        {
            gradient.mul_(factor);
        }
    }
}
