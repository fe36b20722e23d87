using System.Runtime.ExceptionServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// What goes wrong in custom functions on the way back. Native code calls them, and an exception that leaves them ends the
/// process. So it is kept here, the function gives no gradients, and where the way back began it is thrown.
/// </summary>
internal sealed class CallbackFaults
{
    private const string Key = "faults";

    [ThreadStatic]
    private static CallbackFaults? _ofThisThread;

    private ExceptionDispatchInfo? _first;

    private static CallbackFaults OfThisThread => _ofThisThread ??= new();

    /// <summary>For the forward pass of a custom function: its way back, on whatever thread, belongs to this thread.</summary>
    /// <param name="context">The function's.</param>
    /// <param name="arguments">Those of apply; the way back has as many gradients.</param>
    public static void Expect(autograd.AutogradContext context, object[] arguments)
    {
        context.set_materialize_grads(false); // what has no gradient because of a fault is not filled with zeros
        context.save_data(Key, (OfThisThread, arguments.Length));
    }

    /// <summary>
    /// The way back of a custom function whose forward pass has called <see cref="Expect"/>. There is only one: what was
    /// saved for it is released at its end, which autograd itself does no earlier than with the whole graph.
    /// </summary>
    /// <param name="context">The function's.</param>
    /// <param name="upstream">Disposed here.</param>
    /// <param name="backward">From the upstream gradient to those of the arguments.</param>
    public static List<Tensor> Guard(autograd.AutogradContext context, Tensor upstream, Func<Tensor, List<Tensor>> backward)
    {
        (CallbackFaults faults, int arguments) = ((CallbackFaults, int))context.get_data(Key);
        if (!upstream.IsInvalid)
        {
            try
            {
                using DisposeScope scope = NewDisposeScope();
                using Tensor gradient = upstream;
                return backward(gradient);
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

    /// <summary>Goes back from there and throws what went wrong in custom functions.</summary>
    /// <param name="output">Where the way back begins.</param>
    /// <param name="upstream">Its gradient; null for a scalar.</param>
    public static void Backward(Tensor output, Tensor? upstream = null)
    {
        CallbackFaults faults = OfThisThread;
        ExceptionDispatchInfo? outer = faults._first; // of the way back that this one is a part of
        faults._first = null;
        try
        {
            output.backward(upstream is null ? null : [upstream]);
        }
        catch when (faults._first is not null)
        {
            // Only because of what had gone wrong before.
        }
        ExceptionDispatchInfo? fault = faults._first;
        faults._first = outer;
        fault?.Throw();
    }
}
