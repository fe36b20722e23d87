using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Dropout, with one mask for all time steps of a batch. The mask of a row depends only on the seed, the layer, the
/// epoch and the row's position in the epoch, so neither the batch size nor another training in the process changes it.
/// On a CUDA device its kernels draw the same mask.
/// </summary>
/// <param name="index">The layer's place in the network; part of the key.</param>
/// <param name="rate">The share of values that become 0.</param>
/// <param name="kernels">The device's kernels; null to draw on the CPU.</param>
internal sealed class TorchDropout(int index, double rate, CudaKernels? kernels = null) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        using Tensor? mask = MaskOf(input, pass);
        return mask is null ? input : input with { Values = input.Values * mask }; // [N, ...] over [T, N, ...]
    }

    /// <summary>Returns the factor of each value of a step; null where all are 1.</summary>
    public Tensor? MaskOf(TorchSignal input, ForwardPass pass)
    {
        if (!pass.IsTraining || rate == 0)
        {
            return null;
        }
        using DisposeScope scope = NewDisposeScope();
        long[] shape = input.Values.Lengths()[(input.IsConstant ? 0 : 1)..];
        if (kernels is not null)
        {
            return DropoutLaunch.Draw(kernels, shape, input.Values.device,
                new(pass.Seed, RandomPurpose.Dropout, index, pass.Epoch), pass.FirstRow, rate, 1 / (1 - rate))
                .to_type(input.Values.dtype).MoveToOuterDisposeScope();
        }
        Tensor mask = empty(shape, ScalarType.Float32, CPU);
        Span<float> values = TensorMemory.Values(mask);
        int width = values.Length / (int)shape[0];
        for (int row = 0; row < shape[0]; row++)
        {
            DropoutMask.Draw(values.Slice(row * width, width), rate, pass.Seed, index, pass.Epoch, pass.FirstRow + row);
        }
        return mask.to(input.Values.dtype, input.Values.device).MoveToOuterDisposeScope();
    }
}
