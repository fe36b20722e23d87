using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// The one place where a thread waits for a device: a value that is read on the host is there only when all that was
/// asked of the device before has been done, and so is managed memory copied to it. A step of the training waits for
/// nothing.
/// </summary>
internal static class DeviceWait
{
    [ThreadStatic]
    private static long _count;

    /// <summary>Gets how often this thread has waited.</summary>
    public static long Count => _count;

    /// <summary>Returns the value of a scalar.</summary>
    public static T Item<T>(Tensor scalar) where T : unmanaged
    {
        _count++;
        return scalar.item<T>();
    }

    /// <summary>Returns a tensor's values on the CPU: the tensor itself if it is there and of that type.</summary>
    /// <param name="tensor">On any device.</param>
    /// <param name="type">The type of the result; null for the tensor's.</param>
    public static Tensor ToCpu(Tensor tensor, ScalarType? type = null)
    {
        _count++;
        return tensor.to(type ?? tensor.dtype, CPU);
    }

    /// <summary>Returns numbers on a device: copied from memory that is not pinned, which is waited for.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="device">The device.</param>
    public static Tensor Constant(long[] values, Device device) => OnDevice(tensor(values), device);

    /// <inheritdoc cref="Constant(long[], Device)"/>
    public static Tensor Constant(double[] values, ScalarType type, Device device) =>
        OnDevice(tensor(values, type), device);

    private static Tensor OnDevice(Tensor values, Device device)
    {
        _count++;
        if (device.type == DeviceType.CPU)
        {
            return values;
        }
        using (values)
        {
            return values.to(device);
        }
    }
}
