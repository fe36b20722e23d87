using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary><see cref="TorchRowSlices"/> as autograd sees it: of the forward pass only what arrived is kept.</summary>
internal sealed class RowSlicesFunction : autograd.SingleTensorFunction<RowSlicesFunction>
{
    private const string CallKey = "call";

    public override string Name => nameof(RowSlicesFunction);

    /// <summary>What leaves.</summary>
    public static Tensor Apply(RowSlicesCall call, Tensor input) => apply([call, input, .. call.Learned]);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (RowSlicesCall)vars[0];
        var input = (Tensor)vars[1];
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(CallKey, call);
        ctx.save_for_backward([input]);
        return call.Forward(input);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, upstream =>
        {
            var call = (RowSlicesCall)ctx.get_data(CallKey);
            Tensor input = ctx.get_saved_variables()[0];
            Tensor gradient = call.Backward(input.detach(), upstream, CallbackFaults.Backward);
            return CallbackGradients.Return([null, gradient, .. Enumerable.Repeat<Tensor?>(null, call.Learned.Count)]);
        });
}
