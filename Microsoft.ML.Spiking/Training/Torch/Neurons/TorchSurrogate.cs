using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>H(u): 1 where u &gt;= 0, else 0; its gradient is the surrogate's.</summary>
internal sealed class SpikeOperation(SurrogateGradient surrogate) : CustomOperation
{
    /// <summary>Returns H(u), in the type of <paramref name="u"/>.</summary>
    public Tensor Run(Tensor u) => Record(u);

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        return inputs[0].IsAtLeast(0).to_type(inputs[0].dtype);
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream) =>
        [TorchSurrogate.Derivative(surrogate, saved[0]).mul_(upstream)];
}

/// <summary><see cref="SurrogateGradient.Derivative"/> on tensors.</summary>
internal static class TorchSurrogate
{
    /// <summary>Returns the surrogate at each element, as a new tensor that the caller may overwrite.</summary>
    /// <exception cref="NotSupportedException">The surrogate has no tensor form.</exception>
    public static Tensor Derivative(SurrogateGradient surrogate, Tensor u)
    {
        double alpha = surrogate.Alpha;
        return surrogate switch
        {
            RectangleSurrogate => u.abs().IsAtMost(alpha / 2).to_type(u.dtype).Divide(alpha),
            TriangleSurrogate => u.abs().Multiply(-alpha * alpha).Add(alpha).relu_(),
            SigmoidSurrogate => Sigmoid(u, alpha),
            AtanSurrogate => Atan(u, alpha),
            _ => throw new NotSupportedException($"The surrogate {surrogate.GetType().Name} cannot be trained with."),
        };
    }

    private static Tensor Sigmoid(Tensor u, double alpha)
    {
        Tensor s = u.Times(alpha).sigmoid_();
        return s.OneMinus().mul_(s).Multiply(alpha);
    }

    private static Tensor Atan(Tensor u, double alpha)
    {
        Tensor z = u.Times(Math.PI / 2 * alpha);
        return z.mul_(z).Add(1).reciprocal_().Multiply(alpha / 2);
    }
}
