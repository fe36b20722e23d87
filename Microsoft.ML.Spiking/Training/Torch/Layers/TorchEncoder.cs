using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// The encoding of a batch of rows as the input of the first layer. On a CUDA device its kernels make the same spikes.
/// </summary>
/// <param name="network">The network.</param>
/// <param name="kernels">The device's kernels; null to encode on the CPU.</param>
internal sealed class TorchEncoder(NetworkDefinition network, CudaKernels? kernels = null)
{
    /// <summary>Encodes a batch.</summary>
    /// <param name="input">[N, features] or [N, ...row shape].</param>
    /// <param name="pass">The pass, whose seed and epoch random spikes depend on.</param>
    public TorchSignal Encode(Tensor input, ForwardPass pass)
    {
        Tensor rows = input.view([input.shape[0], .. network.RowShape.Select(length => (long)length)]);
        if (network.HasTimeAxis)
        {
            return new(rows.transpose(0, 1).contiguous(), IsConstant: false); // [N, T, ...] to [T, N, ...]
        }
        return network.Encoder.OutputKind == SignalKind.Constant
            ? new(rows, IsConstant: true)
            : new(EncoderLaunch.Run(kernels, network, rows, pass) ?? EveryStep(rows, pass), IsConstant: false);
    }

    private Tensor EveryStep(Tensor rows, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor features = DeviceWait.ToCpu(rows.detach(), ScalarType.Float32).contiguous();
        Tensor current = empty([network.TimeSteps, .. features.shape], ScalarType.Float32, CPU);
        Tensor[] steps = current.unbind(0);
        int size = network.InputSize;
        for (int row = 0; row < features.shape[0]; row++)
        {
            ReadOnlySpan<float> source = Row(features, row, size);
            long key = network.Encoder.KeyOf(source);
            for (int t = 0; t < steps.Length; t++)
            {
                EncodingMoment moment = pass.IsTraining
                    ? new(t, network.TimeSteps, key, pass.Seed, pass.Epoch)
                    : new(t, network.TimeSteps, key);
                network.Encoder.Encode(source, moment, Row(steps[t], row, size));
            }
        }
        return current.to(rows.dtype, rows.device).MoveToOuterDisposeScope();
    }

    // BatchBuffer keeps a batch of rows below the 2 GB at which a span ends.
    private static Span<float> Row(Tensor rows, int row, int size) =>
        TensorMemory.Values(rows).Slice(row * size, size);
}
