using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>The fused kernels as autograd sees them. Of the forward pass only the potential before the reset is kept.</summary>
internal sealed class FusedFunction : autograd.SingleTensorFunction<FusedFunction>
{
    private const string CallKey = "call";

    public override string Name => nameof(FusedFunction);

    /// <summary>The spikes, [T, N, ...].</summary>
    /// <param name="current">[T, N, ...], or constant [N, ...].</param>
    /// <param name="learned">[1], or null for a neuron that has no learned value.</param>
    /// <param name="call">What to run; knows the number of spikes afterwards.</param>
    public static Tensor Apply(Tensor current, Tensor? learned, FusedCall call) =>
        learned is null ? apply(call, current) : apply(call, current, learned);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var call = (FusedCall)vars[0];
        var current = (Tensor)vars[1];
        Tensor? learned = vars.Length > 2 ? (Tensor)vars[2] : null;
        Tensor potential = call.PotentialRoom(current);
        Tensor spikes = call.Forward(current, learned, potential);
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(CallKey, call);
        ctx.save_for_backward(learned is null ? [potential] : [potential, learned]);
        return spikes;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, given =>
        {
            using Tensor upstream = given.contiguous();
            given.Dispose();
            var call = (FusedCall)ctx.get_data(CallKey);
            List<Tensor> saved = ctx.get_saved_variables();
            bool isLearned = saved.Count > 1;
            Tensor gradient = call.Backward(saved[0], isLearned ? saved[1] : null, upstream, out double learnedGradient);
            return isLearned
                ? CallbackGradients.Return(null, gradient, tensor([(float)learnedGradient], ScalarType.Float32, CPU))
                : CallbackGradients.Return(null, gradient);
        });
}
