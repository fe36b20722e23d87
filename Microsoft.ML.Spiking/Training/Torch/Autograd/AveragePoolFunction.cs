using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary><see cref="AveragePoolCall"/> as autograd sees it. Nothing of the forward pass is kept.</summary>
internal sealed class AveragePoolFunction : autograd.SingleTensorFunction<AveragePoolFunction>
{
    private const string CallKey = "call";

    public override string Name => nameof(AveragePoolFunction);

    /// <summary>The means.</summary>
    public static Tensor Apply(AveragePoolCall call, Tensor images) => apply(call, images);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (AveragePoolCall)vars[0];
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(CallKey, call);
        return call.Forward((Tensor)vars[1]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, given =>
        {
            using Tensor upstream = given.contiguous();
            return CallbackGradients.Return(null, ((AveragePoolCall)ctx.get_data(CallKey)).Backward(upstream));
        });
}
