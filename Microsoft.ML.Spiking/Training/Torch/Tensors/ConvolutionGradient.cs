using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// libtorch's gradient of a convolution by its input or its weight, one without the other, through its C functions.
/// </summary>
internal static unsafe class ConvolutionGradient
{
    /// <summary>The beginning of the message where libtorch fails.</summary>
    public const string Failure = "libtorch failed in the gradient of a convolution";

    private static readonly Lazy<nint> Cpu = new(() => Find("torch_cpu", "aoti_torch_cpu_convolution_backward"));
    private static readonly Lazy<nint> Cuda = new(() => Find("torch_cuda", "aoti_torch_cuda_convolution_backward"));
    private static readonly Lazy<nint> Delete = new(() => Find("torch_cpu", "aoti_torch_delete_tensor_object"));

    /// <summary>Returns whether libtorch has the function for a device.</summary>
    public static bool Has(Device device) => Of(device) != 0 && Delete.Value != 0;

    /// <summary>Returns the gradient by the input or by the weight.</summary>
    /// <param name="layer">Stride, padding and groups.</param>
    /// <param name="upstream">The gradient by the output, [N, output channels, ...].</param>
    /// <param name="input">[N, input channels, ...]; where the gradient is by it, only its shape matters.</param>
    /// <param name="weight">As the layer has it; where the gradient is by it, only its shape matters.</param>
    /// <param name="isByWeight">Whether it is the gradient by the weight.</param>
    /// <exception cref="InvalidOperationException">
    /// libtorch fails, and does not say why: as a rule for want of memory.
    /// </exception>
    public static Tensor Run(
        ConvolutionLayer layer, Tensor upstream, Tensor input, Tensor weight, bool isByWeight)
    {
        long* stride = stackalloc long[] { layer.Stride.Height, layer.Stride.Width };
        long* padding = stackalloc long[] { layer.Padding.Height, layer.Padding.Width };
        long* dilation = stackalloc long[] { 1, 1 }, outputPadding = stackalloc long[] { 0, 0 };
        int* wanted = stackalloc int[] { isByWeight ? 0 : 1, isByWeight ? 1 : 0, 0 };
        nint byInput = 0, byWeight = 0, byBias = 0;
        var function = (delegate* unmanaged<nint, nint, nint, long**, long, long*, long, long*, long, long*, long, int,
            long*, long, long, int*, long, nint*, nint*, nint*, int>)Of(upstream.device);
        int status = function(upstream.Handle, input.Handle, weight.Handle, null, 0, stride, 2, padding, 2, dilation, 2,
            0, outputPadding, 2, layer.Groups, wanted, 3, &byInput, &byWeight, &byBias);
        GC.KeepAlive(upstream);
        GC.KeepAlive(input);
        GC.KeepAlive(weight);
        if (status != 0)
        {
            throw new InvalidOperationException($"{Failure}, most likely because the device is out of memory.");
        }
        (nint result, nint other) = isByWeight ? (byWeight, byInput) : (byInput, byWeight);
        Free(other);
        Free(byBias);
        return Tensor.UnsafeCreateTensor(result);
    }

    private static nint Of(Device device) => device.type == DeviceType.CUDA ? Cuda.Value : Cpu.Value;

    // There is a handle for what was not asked for, too.
    private static void Free(nint tensor)
    {
        if (tensor != 0)
        {
            _ = ((delegate* unmanaged<nint, int>)Delete.Value)(tensor);
        }
    }

    private static nint Find(string library, string name) =>
        NativeLibrary.TryLoad(library, typeof(torch).Assembly, null, out nint loaded)
            && NativeLibrary.TryGetExport(loaded, name, out nint address) ? address : 0;
}
