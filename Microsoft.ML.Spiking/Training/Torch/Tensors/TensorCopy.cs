using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>Copies between tensors and managed memory, as float32.</summary>
internal static class TensorCopy
{
    private const long MostInPart = 1 << 22; // values

    /// <summary>Returns a copy of a tensor's values. Waits for the device.</summary>
    public static float[] ToArray(Tensor tensor)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor whole = DeviceWait.ToCpu(tensor.detach(), ScalarType.Float32);
        if (whole.is_contiguous())
        {
            return TensorMemory.Values(whole).ToArray();
        }
        float[] copy = GC.AllocateUninitializedArray<float>(checked((int)whole.numel()));
        foreach ((Tensor rows, int start) in Parts(whole))
        {
            using Tensor values = rows.contiguous();
            TensorMemory.Values(values).CopyTo(copy.AsSpan(start));
        }
        return copy;
    }

    /// <summary>Overwrites a tensor's values.</summary>
    public static void Fill(Tensor tensor, ReadOnlySpan<float> source)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach ((Tensor rows, int start) in Parts(tensor))
        {
            using Tensor values = empty(rows.shape, ScalarType.Float32, CPU);
            Span<float> target = TensorMemory.Values(values);
            source.Slice(start, target.Length).CopyTo(target);
            rows.copy_(values);
        }
    }

    /// <summary>Returns views that cover a tensor, of at most 16 MB or one row, with where each begins.</summary>
    public static IEnumerable<(Tensor Rows, int Start)> Parts(Tensor tensor)
    {
        if (tensor.numel() <= MostInPart || tensor.dim() == 0)
        {
            yield return (tensor.alias(), 0);
            yield break;
        }
        long rows = tensor.shape[0], length = tensor.numel() / rows, most = Math.Max(1, MostInPart / length);
        for (long start = 0; start < rows; start += most)
        {
            yield return (tensor.narrow(0, start, Math.Min(most, rows - start)), checked((int)(start * length)));
        }
    }
}
