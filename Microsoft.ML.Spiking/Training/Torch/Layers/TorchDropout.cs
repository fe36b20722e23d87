using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Randomness;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Dropout, with one mask for all time steps of a batch. The mask of a row depends only on the seed, the layer, the
/// epoch and the row's position in the epoch, so neither the batch size nor another training in the process changes it.
/// </summary>
internal sealed class TorchDropout(int index, double rate) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        if (!pass.IsTraining || rate == 0)
        {
            return input;
        }
        using Tensor mask = Mask(input, pass);
        return input with { Values = input.Values * mask }; // [N, ...] over [T, N, ...]
    }

    private Tensor Mask(TorchSignal input, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        long[] shape = input.IsConstant ? input.Values.shape : input.Values.shape[1..];
        Tensor mask = empty(shape, ScalarType.Float32, CPU);
        Span<float> values = MemoryMarshal.Cast<byte, float>(mask.bytes);
        int rows = (int)shape[0];
        int width = values.Length / rows;
        float threshold = (float)rate;
        float kept = (float)(1 / (1 - rate));
        for (int row = 0; row < rows; row++)
        {
            Span<float> own = values.Slice(row * width, width);
            new RandomStream(pass.Seed, RandomPurpose.Dropout, index, pass.Epoch, pass.FirstRow + row)
                .FillUniform(own);
            foreach (ref float value in own)
            {
                value = value < threshold ? 0f : kept;
            }
        }
        return mask.to(input.Values.dtype, input.Values.device).MoveToOuterDisposeScope();
    }
}
