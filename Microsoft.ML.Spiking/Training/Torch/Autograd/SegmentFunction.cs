using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// A segment as autograd sees it. Forward runs it without noting how to go back; backward runs it again, this time noting
/// that, and goes back through it at once, which adds to the parameters' gradients where they are.
/// </summary>
internal sealed class SegmentFunction : autograd.SingleTensorFunction<SegmentFunction>
{
    private const string CallKey = "call";

    public override string Name => nameof(SegmentFunction);

    /// <summary>What leaves the segment.</summary>
    /// <param name="call">What to run; knows afterwards whether what leaves is constant.</param>
    /// <param name="input">What arrives.</param>
    /// <param name="parameters">The trained ones; for them alone there is a way back where nothing else has a gradient.</param>
    public static Tensor Apply(SegmentCall call, Tensor input, IEnumerable<Tensor> parameters) =>
        apply([call, input, .. parameters]);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (SegmentCall)vars[0];
        var input = (Tensor)vars[1];
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(CallKey, call);
        ctx.save_for_backward([input]);
        return call.First(input);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, upstream =>
        {
            var call = (SegmentCall)ctx.get_data(CallKey);
            Tensor saved = ctx.get_saved_variables()[0];
            Tensor input = saved.detach().requires_grad_(saved.requires_grad);
            Tensor output;
            using (enable_grad())
            {
                output = call.Again(input);
            }
            CallbackFaults.Backward(output, upstream);
            return CallbackGradients.Return([null, input.grad, .. Enumerable.Repeat<Tensor?>(null, call.ParameterCount)]);
        });
}
