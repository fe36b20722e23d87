using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary><see cref="EventLinear"/> as autograd sees it.</summary>
internal sealed class EventLinearFunction : autograd.SingleTensorFunction<EventLinearFunction>
{
    private const string CallKey = "call";
    private const string BiasKey = "bias";

    public override string Name => nameof(EventLinearFunction);

    /// <summary>[rows, outputs].</summary>
    /// <param name="input">[rows, inputs], contiguous.</param>
    /// <param name="weight">[outputs, inputs]; lies in memory as [inputs, outputs], or is copied.</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <param name="call">How to run it.</param>
    public static Tensor Run(Tensor input, Tensor weight, Tensor? bias, EventLinear call)
    {
        if (!is_grad_enabled())
        {
            return Product(input, weight, bias, call);
        }
        return bias is null ? apply(call, input, weight) : apply(call, input, weight, bias);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        (var call, var input, var weight) = ((EventLinear)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        Tensor? bias = vars.Length > 3 ? (Tensor)vars[3] : null;
        ctx.save_data(CallKey, call);
        ctx.save_data(BiasKey, bias is not null);
        ctx.save_for_backward(call.Reach is GradientReach reach ? [input, weight, reach.Potential] : [input, weight]);
        return Product(input, weight, bias, call);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor upstream = grad_output.contiguous();
        grad_output.Dispose();
        var call = (EventLinear)ctx.get_data(CallKey);
        bool hasBias = (bool)ctx.get_data(BiasKey);
        List<Tensor> saved = ctx.get_saved_variables();
        Tensor weight = saved[1].t().contiguous();
        Tensor? input = call.InputGradient(saved[0], weight, upstream, saved.Count > 2 ? saved[2] : null);
        (Tensor byWeight, Tensor? byBias) = call.WeightGradients(saved[0], weight, upstream, hasBias);
        return hasBias
            ? CallbackGradients.Return(null, input, byWeight.t(), byBias)
            : CallbackGradients.Return(null, input, byWeight.t());
    }

    private static Tensor Product(Tensor input, Tensor weight, Tensor? bias, EventLinear call)
    {
        using Tensor transposed = weight.t();
        using Tensor laid = transposed.contiguous();
        return call.Forward(input, laid, bias);
    }
}
