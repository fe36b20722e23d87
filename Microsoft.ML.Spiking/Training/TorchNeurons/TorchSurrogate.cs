using Microsoft.ML.Spiking.Neurons.Surrogates;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.TorchNeurons;

/// <summary><see cref="SurrogateGradient.Derivative"/> on tensors.</summary>
internal static class TorchSurrogate
{
    /// <summary>The surrogate at each element; a new tensor that the caller may overwrite.</summary>
    /// <exception cref="NotSupportedException">The surrogate has no tensor form.</exception>
    public static Tensor Derivative(SurrogateGradient surrogate, Tensor u)
    {
        double alpha = surrogate.Alpha;
        return surrogate switch
        {
            RectangleSurrogate => u.abs().le(alpha / 2).to_type(u.dtype).div_(alpha),
            TriangleSurrogate => u.abs().mul_(-alpha * alpha).add_(alpha).clamp_(min: 0),
            SigmoidSurrogate => Sigmoid(u, alpha),
            AtanSurrogate => u.mul(Math.PI / 2 * alpha).pow_(2).add_(1).reciprocal_().mul_(alpha / 2),
            _ => throw new NotSupportedException($"The surrogate {surrogate.GetType().Name} cannot be trained with."),
        };
    }

    private static Tensor Sigmoid(Tensor u, double alpha)
    {
        Tensor s = u.mul(alpha).sigmoid_();
        return (1 - s).mul_(s).mul_(alpha);
    }
}
