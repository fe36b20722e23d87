using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary><see cref="BatchNormCall"/> as autograd sees it. Of the forward pass the input is kept, and the statistics.</summary>
internal sealed class BatchNormFunction : autograd.SingleTensorFunction<BatchNormFunction>
{
    private const string CallKey = "call";

    public override string Name => nameof(BatchNormFunction);

    /// <summary>The normalized values.</summary>
    public static Tensor Apply(BatchNormCall call, Tensor input, Tensor weight, Tensor bias) => apply(call, input, weight, bias);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (BatchNormCall)vars[0];
        (var input, var weight, var bias) = ((Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]);
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(CallKey, call);
        ctx.save_for_backward([input, weight]);
        return call.Forward(input, weight, bias);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, given =>
        {
            using Tensor upstream = given.contiguous();
            var call = (BatchNormCall)ctx.get_data(CallKey);
            List<Tensor> saved = ctx.get_saved_variables();
            (Tensor input, Tensor weight, Tensor bias) = call.Backward(saved[0], saved[1], upstream);
            return CallbackGradients.Return(null, input, weight, bias);
        });
}
