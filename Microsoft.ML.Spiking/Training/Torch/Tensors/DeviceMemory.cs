using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>The addresses of tensors on any device, through libtorch's C functions.</summary>
internal static partial class DeviceMemory
{
    /// <summary>Returns the address of a tensor's first value; valid while the tensor is alive.</summary>
    /// <exception cref="InvalidOperationException">libtorch does not tell.</exception>
    public static nint Address(Tensor tensor) => GetAddress(tensor.Handle, out nint address) == 0
        ? address
        : throw new InvalidOperationException("libtorch does not tell the address of a tensor.");

    /// <summary>Returns a number of values that the addresses of all tensors, of one type, are multiples of.</summary>
    public static long Alignment(params ReadOnlySpan<Tensor> tensors)
    {
        long addresses = 0;
        foreach (Tensor tensor in tensors)
        {
            addresses |= Address(tensor) / tensor.element_size();
        }
        return addresses;
    }

    /// <summary>Returns the program of neurons whose arrays are those tensors.</summary>
    /// <param name="neuron">The neuron.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="isConstant">Whether the current is the same at every step.</param>
    /// <param name="isBackward">Whether it is the backward pass.</param>
    /// <param name="n">Number of neurons, or any that the width must divide besides.</param>
    /// <param name="arrays">The current, spikes and gradients, all float32 or all bfloat16.</param>
    public static NeuronProgram Program(SpikingNeuronDefinition neuron, int timeSteps, bool isConstant, bool isBackward,
        long n, params ReadOnlySpan<Tensor> arrays)
    {
        bool isHalf = arrays[0].dtype == ScalarType.BFloat16;
        int width = NeuronProgram.WidthFor(neuron, timeSteps, isBackward, isHalf, n, Alignment(arrays));
        return NeuronProgram.Of(neuron, timeSteps, width) with
        {
            IsBackward = isBackward,
            IsConstant = isConstant,
            HasHalfCurrent = isHalf,
            HasHalfSpikes = isHalf,
        };
    }

    [LibraryImport("torch_cpu", EntryPoint = "aoti_torch_get_data_ptr")]
    private static partial int GetAddress(nint tensor, out nint address);
}
