using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// An operation with its own backward pass, for one batch. It may keep what its backward pass needs.
/// </summary>
internal abstract class CustomOperation
{
    /// <summary>Runs the forward pass so that autograd can run the backward pass.</summary>
    private protected Tensor Record(params IEnumerable<Tensor> inputs) => OperationFunction.Apply(this, inputs);

    /// <summary>Returns the result.</summary>
    /// <param name="inputs">The inputs, in the order of <see cref="Record"/>.</param>
    /// <param name="saved">Takes the tensors that the backward pass needs.</param>
    internal abstract Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved);

    /// <summary>Returns the gradient by each input; null where there is none.</summary>
    /// <param name="saved">The tensors that <see cref="Forward"/> saved.</param>
    /// <param name="upstream">The gradient by the result, of any strides; disposed by the caller.</param>
    internal abstract IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream);
}

/// <summary>A <see cref="CustomOperation"/> as autograd sees it.</summary>
internal sealed class OperationFunction : autograd.SingleTensorFunction<OperationFunction>
{
    private const string OperationKey = "operation";

    public override string Name => nameof(OperationFunction);

    /// <summary>Runs the forward pass of that operation.</summary>
    public static Tensor Apply(CustomOperation operation, IEnumerable<Tensor> inputs)
    {
        // TorchSharp leaves tensors of the output's size beside it, which would live as long as the batch.
        using DisposeScope scope = NewDisposeScope();
        return apply([operation, .. inputs]).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var operation = (CustomOperation)vars[0];
        var saved = new List<Tensor>();
        Tensor result = operation.Forward([.. vars.Skip(1).Cast<Tensor>()], saved);
        CallbackFaults.Expect(ctx, vars);
        ctx.save_data(OperationKey, operation);
        ctx.save_for_backward(saved);
        return result;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        CallbackFaults.Guard(ctx, grad_output, upstream =>
        {
            var operation = (CustomOperation)ctx.get_data(OperationKey);
            return [null, .. operation.Backward(ctx.get_saved_variables(), upstream)];
        });
}
