using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// Hands gradients from a custom function's backward to autograd without leaving them to the garbage collector.
/// On CUDA the callback runs on a thread of autograd's own, where no dispose scope of the batch reaches; and autograd
/// takes its own reference only after the callback has returned. So a thread's gradients are released at its next
/// callback, or by <see cref="Release"/>.
/// </summary>
internal static class CallbackGradients
{
    [ThreadStatic]
    private static torch.Tensor?[]? _handedOver;

    /// <summary>
    /// Returns the result of backward: a gradient for each argument of apply, null where there is none.
    /// </summary>
    public static List<torch.Tensor> Return(params torch.Tensor?[] gradients)
    {
        Release();
        foreach (torch.Tensor? gradient in gradients)
        {
            gradient?.DetachFromDisposeScope();
        }
        _handedOver = gradients;
        return [.. gradients.Select(gradient => gradient!)];
    }

    /// <summary>Releases the gradients that this thread handed over last. To be called at the end of a batch.</summary>
    public static void Release()
    {
        foreach (torch.Tensor? gradient in _handedOver ?? [])
        {
            gradient?.Dispose();
        }
        _handedOver = null;
    }
}
