using System.Collections.Concurrent;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// Gradients on their way from a custom function's backward pass to autograd, which takes its own reference only after
/// the callback has returned: they are not left to the garbage collector. They belong to the thread that ran the
/// forward pass, because on CUDA the callbacks run on a thread of autograd's own, where no dispose scope of the batch
/// reaches. Each is released at the next callback of its thread, or by <see cref="Release()"/> on the owner's.
/// </summary>
internal sealed class CallbackGradients
{
    [ThreadStatic]
    private static CallbackGradients? _ofThisThread;

    private readonly ConcurrentDictionary<int, List<torch.Tensor?>> _handedOver = [];

    /// <summary>Gets the gradients of functions whose forward pass this thread runs.</summary>
    public static CallbackGradients OfThisThread => _ofThisThread ??= new();

    /// <summary>Releases all gradients of this thread's functions. To be called after a backward pass.</summary>
    public static void Release() => OfThisThread.ReleaseAll();

    /// <summary>Returns the result of a callback, from whatever thread runs it.</summary>
    /// <param name="gradients">A gradient for each argument of apply, null where there is none.</param>
    public List<torch.Tensor> HandOver(List<torch.Tensor?> gradients)
    {
        foreach (torch.Tensor? gradient in gradients)
        {
            gradient?.DetachFromDisposeScope();
        }
        int thread = Environment.CurrentManagedThreadId;
        Release(thread);
        _handedOver[thread] = gradients;
        return [.. gradients.Select(gradient => gradient!)];
    }

    private void ReleaseAll()
    {
        foreach (int thread in _handedOver.Keys)
        {
            Release(thread);
        }
    }

    private void Release(int thread)
    {
        if (_handedOver.TryRemove(thread, out List<torch.Tensor?>? gradients))
        {
            gradients.ForEach(gradient => gradient?.Dispose());
        }
    }
}
