using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The end of copies from a buffer to a device: they are made when the device comes to them, and until then the buffer
/// must stay as it is.
/// </summary>
/// <param name="kernels">The device's kernels, which know its driver.</param>
internal sealed class CopyMark(CudaKernels kernels) : IDisposable
{
    private readonly nint _mark = kernels.CreateMark();
    private bool _isSet;

    /// <summary>Marks the copies that have been asked for; does not wait.</summary>
    public void Set()
    {
        kernels.SetMark(_mark);
        _isSet = true;
    }

    /// <summary>Waits until the copies that were marked have been made, on any thread.</summary>
    public void Wait()
    {
        if (_isSet)
        {
            kernels.WaitForMark(_mark);
            _isSet = false;
        }
    }

    public void Dispose()
    {
        Wait();
        kernels.FreeMark(_mark);
    }
}
