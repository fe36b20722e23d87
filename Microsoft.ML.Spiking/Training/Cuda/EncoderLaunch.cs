using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>The launches of the encoders that make spikes.</summary>
internal static unsafe class EncoderLaunch
{
    /// <summary>Encodes a batch on its device; never waits for it.</summary>
    /// <param name="kernels">The device's kernels; null for none.</param>
    /// <param name="network">The network, whose encoder makes spikes.</param>
    /// <param name="rows">[N, ...], on that device.</param>
    /// <param name="pass">The pass, whose seed and epoch random spikes depend on.</param>
    /// <returns>[T, N, ...], float32, in the caller's dispose scope; null where kernels do not encode them.</returns>
    public static Tensor? Run(CudaKernels? kernels, NetworkDefinition network, Tensor rows, ForwardPass pass)
    {
        if (kernels is null || rows.dtype != ScalarType.Float32
            || network.Encoder is not (PoissonEncoder or LatencyEncoder))
        {
            return null;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor ordered = rows.detach().contiguous();
        Tensor spikes = empty([network.TimeSteps, .. rows.shape], ScalarType.Float32, rows.device);
        (nint from, nint to) = (DeviceMemory.Address(ordered), DeviceMemory.Address(spikes));
        long steps = network.TimeSteps, n = rows.shape[0], width = rows.numel() / n;
        long threads = steps * n * ((width + 3) / 4);
        if (network.Encoder is PoissonEncoder encoder)
        {
            Tensor keys = empty([n], ScalarType.Int64, rows.device);
            nint keysAddress = DeviceMemory.Address(keys);
            void** own = stackalloc void*[] { &from, &keysAddress, &n, &width };
            kernels.Launch(PlainProgram.Encoders, "row_keys", n, own);
            RandomStream stream = pass.IsTraining
                ? new(pass.Seed, RandomPurpose.Encoding, epoch: pass.Epoch) : new(encoder.Seed, RandomPurpose.Encoding);
            (uint seed, uint purpose, uint epoch) = stream.Key;
            float rate = (float)encoder.Rate;
            void** arguments = stackalloc void*[]
                { &from, &keysAddress, &to, &steps, &n, &width, &seed, &purpose, &epoch, &rate };
            kernels.Launch(PlainProgram.Encoders, "poisson_spikes", threads, arguments);
        }
        else
        {
            void** arguments = stackalloc void*[] { &from, &to, &steps, &n, &width };
            kernels.Launch(PlainProgram.Encoders, "latency_spikes", threads, arguments);
        }
        return spikes.MoveToOuterDisposeScope();
    }
}
