using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>H(u): 1 where u &gt;= 0, else 0; its gradient is the surrogate's.</summary>
internal sealed class SpikeFunction : autograd.SingleTensorFunction<SpikeFunction>
{
    private const string SurrogateKey = "surrogate";

    public override string Name => nameof(SpikeFunction);

    public static Tensor Apply(Tensor u, SurrogateGradient surrogate) => apply(u, surrogate);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var u = (Tensor)vars[0];
        CallbackFaults.Expect(ctx, vars);
        ctx.save_for_backward([u]);
        ctx.save_data(SurrogateKey, vars[1]);
        return u.IsAtLeast(0).to_type(u.dtype);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, upstream =>
        {
            var surrogate = (SurrogateGradient)ctx.get_data(SurrogateKey);
            Tensor u = ctx.get_saved_variables()[0];
            return CallbackGradients.Return(TorchSurrogate.Derivative(surrogate, u).mul_(upstream), null);
        });
}
