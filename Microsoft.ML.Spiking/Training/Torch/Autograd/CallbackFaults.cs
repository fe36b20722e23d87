using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// Exceptions of custom functions' backward passes. Native code calls those, and an exception that leaves them ends the
/// process. It is therefore kept here, the function returns no gradients, and the exception is thrown where the
/// backward pass began.
/// </summary>
internal sealed class CallbackFaults
{
    private const string Key = "faults";

    [ThreadStatic]
    private static CallbackFaults? _ofThisThread;

    private ExceptionDispatchInfo? _first;

    private static CallbackFaults OfThisThread => _ofThisThread ??= new();

    /// <summary>
    /// Assigns the backward pass of a custom function, on any thread, to this thread. To be called by the
    /// function's forward pass.
    /// </summary>
    /// <param name="context">The function's context.</param>
    /// <param name="arguments">The arguments of apply; the backward pass returns as many gradients.</param>
    public static void Expect(autograd.AutogradContext context, object[] arguments)
    {
        context.set_materialize_grads(false); // gradients that a fault prevented are not filled with zeros
        context.save_data(Key, (OfThisThread, CallbackGradients.OfThisThread, arguments.Length));
    }

    /// <summary>
    /// Runs the backward pass of a custom function whose forward pass has called <see cref="Expect"/>. It runs once:
    /// the saved tensors are released at its end, which autograd itself does no earlier than with the whole graph.
    /// </summary>
    /// <param name="context">The function's context.</param>
    /// <param name="upstream">The gradient by the function's result; disposed here.</param>
    /// <param name="backward">
    /// Returns the gradients by the arguments, null where there is none, from the upstream gradient.
    /// </param>
    public static List<Tensor> Guard(
        autograd.AutogradContext context, Tensor upstream, Func<Tensor, List<Tensor?>> backward)
    {
        (CallbackFaults faults, CallbackGradients gradients, int arguments) =
            ((CallbackFaults, CallbackGradients, int))context.get_data(Key);
        if (!upstream.IsInvalid)
        {
            try
            {
                using DisposeScope scope = NewDisposeScope();
                using Tensor gradient = upstream;
                return gradients.HandOver(backward(gradient));
            }
            catch (Exception exception)
            {
                faults._first ??= ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                context.Dispose();
            }
        }
        return [.. Enumerable.Repeat<Tensor>(null!, arguments)];
    }

    /// <summary>
    /// Runs the backward pass from a tensor, releases what the custom functions handed over and throws the first
    /// exception of one.
    /// </summary>
    /// <param name="output">The tensor that the backward pass begins at.</param>
    /// <param name="upstream">Its gradient; null for a scalar.</param>
    public static void Backward(Tensor output, Tensor? upstream = null)
    {
        CallbackFaults faults = OfThisThread;
        ExceptionDispatchInfo? outer = faults._first; // of the backward pass that this one is part of
        faults._first = null;
        try
        {
            output.backward(upstream is null ? null : [upstream]);
        }
        catch when (faults._first is not null)
        {
            // A consequence of the exception that is kept.
        }
        CallbackGradients.Release(); // all callbacks have returned
        ExceptionDispatchInfo? fault = faults._first;
        faults._first = outer;
        fault?.Throw();
    }
}
