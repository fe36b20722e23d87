using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// A <see cref="TorchSegment"/> for one batch. The forward pass records nothing for autograd; the backward pass runs
/// the segment again, recorded this time, and goes back through it at once, which adds to the parameters' gradients in
/// place.
/// </summary>
/// <param name="layers">The segment.</param>
/// <param name="parameters">
/// Its trained parameters; a segment whose input has no gradient is recorded for them alone.
/// </param>
/// <param name="isConstant">Whether the input is the same at every step.</param>
/// <param name="pass">The batch.</param>
internal sealed class SegmentOperation(
    TorchSequence layers, IReadOnlyList<Tensor> parameters, bool isConstant, ForwardPass pass) : CustomOperation
{
    private bool _isOutputConstant;

    /// <summary>Returns the segment's output.</summary>
    public TorchSignal Run(Tensor input)
    {
        Tensor output = Record([input, .. parameters]);
        return new(output, _isOutputConstant);
    }

    internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved)
    {
        saved.Add(inputs[0]);
        TorchSignal output = layers.Forward(new(inputs[0], isConstant), pass);
        _isOutputConstant = output.IsConstant;
        return output.Values;
    }

    internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream)
    {
        Tensor input = saved[0].detach().requires_grad_(saved[0].requires_grad);
        Tensor output;
        using (enable_grad())
        {
            output = layers.Forward(new(input, isConstant), pass.Again()).Values;
        }
        CallbackFaults.Backward(output, upstream);
        return [input.grad, .. parameters.Select(_ => (Tensor?)null)];
    }
}
