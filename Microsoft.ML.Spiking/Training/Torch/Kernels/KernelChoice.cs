using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;


namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>The body of a kernel for the widest vectors that the processor has.</summary>
internal static unsafe class KernelChoice
{
    /// <summary>One of four.</summary>
    public static delegate*<in TWork, long, long, double> Of<TWork>(
        delegate*<in TWork, long, long, double> lanes512, delegate*<in TWork, long, long, double> lanes256,
        delegate*<in TWork, long, long, double> lanes128, delegate*<in TWork, long, long, double> lanes1,
        KernelWidth width) where TWork : unmanaged => (width == KernelWidth.Auto ? NeuronKernel.Widest : width) switch
        {
            KernelWidth.Vector512 => lanes512,
            KernelWidth.Vector256 => lanes256,
            KernelWidth.Vector128 => lanes128,
            _ => lanes1,
        };
}
