using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A layer of a trainable network. Its parameters belong to the network.</summary>
internal abstract class TorchLayer
{
    /// <summary>Computes the layer's output; keeps nothing of the batch. The input remains the caller's.</summary>
    public abstract TorchSignal Forward(TorchSignal input, ForwardPass pass);

    /// <summary>Releases a signal that is no longer needed, unless it is the caller's input.</summary>
    private protected static void Release(TorchSignal signal, TorchSignal input)
    {
        if (!ReferenceEquals(signal.Values, input.Values))
        {
            signal.Values.Dispose();
            signal.Halves?.Dispose();
        }
    }
}

/// <summary>The values between two layers for one batch.</summary>
/// <param name="Values">[T, N, ...]; or [N, ...], the same at every step, when <paramref name="IsConstant"/>.</param>
/// <param name="IsConstant">Whether the values are the same at every step.</param>
internal readonly record struct TorchSignal(torch.Tensor Values, bool IsConstant)
{
    /// <summary>Gets the memory of <see cref="Values"/>, offered to the next layer; null where it is not.</summary>
    public MemoryLoan? Loan { get; init; }

    /// <summary>
    /// Gets the values that neurons gave in float16, in the same order, for convolutions; null for none. Layers that
    /// change <see cref="Values"/> may pass it on: <see cref="HalvesOf"/> sees that.
    /// </summary>
    public torch.Tensor? Halves { get; init; }

    /// <summary>Gets the address of the values that <see cref="Halves"/> are of.</summary>
    public nint HalvesSource { get; init; }

    /// <summary>Returns rows, [T N, ...], in float16, which are the caller's; null if there are none.</summary>
    /// <param name="rows">The rows in float32.</param>
    public torch.Tensor? HalvesOf(torch.Tensor rows)
    {
        if (Halves is null || DeviceMemory.Address(rows) != HalvesSource || rows.numel() != Halves.numel())
        {
            return null;
        }
        torch.Tensor halves = Halves.flatten(0, 1);
        if (MemoryOrder.Has(halves, rows.Strides()))
        {
            return halves;
        }
        halves.Dispose();
        return null;
    }

    /// <summary>Applies a function to all rows, [N, ...], or to all steps' rows at once, [T N, ...].</summary>
    /// <param name="map">Returns as many rows as it takes.</param>
    public TorchSignal MapRows(Func<torch.Tensor, torch.Tensor> map)
    {
        if (IsConstant)
        {
            return new(map(Values), IsConstant);
        }
        using torch.Tensor rows = Values.flatten(0, 1);
        using torch.Tensor result = map(rows);
        return new(result.unflatten(0, [Values.Length(0), Values.Length(1)]), IsConstant);
    }
}

/// <summary>
/// A sequence of layers. The values between two of them are released as soon as the later one has run; autograd holds
/// those that the gradient needs.
/// </summary>
internal sealed class TorchSequence(IReadOnlyList<TorchLayer> layers) : TorchLayer
{
    /// <summary>Gets the layers.</summary>
    public IReadOnlyList<TorchLayer> Layers => layers;

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        TorchSignal signal = input;
        foreach (TorchLayer layer in layers)
        {
            TorchSignal next = layer.Forward(signal, pass);
            if (!ReferenceEquals(next.Values, signal.Values))
            {
                Release(signal, input);
            }
            signal = next;
        }
        return signal;
    }
}

/// <summary>The sum of a main path and a shortcut.</summary>
internal sealed class TorchResidual(TorchSequence main, TorchSequence shortcut) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        input = input with { Loan = null }; // both paths see it
        TorchSignal left = main.Forward(input, pass);
        TorchSignal right = shortcut.Forward(input, pass);
        // A constant path, [N, ...], is added to every step of one that is not, [T, N, ...].
        Tensor sum = left.Values.Plus(right.Values);
        Release(left, input);
        Release(right, input);
        return new(sum, left.IsConstant && right.IsConstant);
    }
}
