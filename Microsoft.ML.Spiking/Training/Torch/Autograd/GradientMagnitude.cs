using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>
/// The largest magnitude of the gradient that a batch normalization hands to the convolutions in front of it in one
/// pass, which finds it as it writes the gradient.
/// </summary>
internal sealed class GradientMagnitude
{
    private readonly int _readers;
    private nint _address;
    private Tensor? _largest;
    private int _left;

    /// <param name="readers">The number of these convolutions.</param>
    public GradientMagnitude(int readers) => _readers = readers;

    /// <summary>To be called in each forward pass: forgets what an earlier pass has left.</summary>
    public void Clear() => Leave(0, null);

    /// <summary>Leaves the magnitude of the gradient at an address; of the caller's dispose scope no longer.</summary>
    public void Leave(nint address, Tensor? largest)
    {
        _largest?.Dispose();
        (_address, _largest, _left) = (address, largest?.DetachFromDisposeScope(), _readers);
    }

    /// <summary>Returns the magnitude of the gradient at that address, the caller's; null if there is none.</summary>
    public Tensor? Take(nint address)
    {
        if (_largest is null || address != _address)
        {
            return null;
        }
        Tensor result = _largest.alias();
        if (--_left == 0)
        {
            Clear();
        }
        return result;
    }
}
