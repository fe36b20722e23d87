using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// A histogram of values greater than 0, in bins that are 1/1,024 of their values wide: quantiles of any number of
/// values in 2 MiB.
/// </summary>
internal sealed class ActivationHistogram
{
    private const int DroppedBits = 13; // of the 23 behind the point

    private readonly long[] _counts = new long[1 << (31 - DroppedBits)];
    private long _count;

    /// <summary>Gets the largest value; 0 where there is none.</summary>
    public float Largest { get; private set; }

    /// <summary>Adds all values of a tensor on any device.</summary>
    public void Add(Tensor values)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor here = values.detach().to(CPU).contiguous();
        Add(TensorMemory.Values(here));
    }

    /// <summary>Adds values; those that are not greater than 0 are left out.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        foreach (float value in values)
        {
            if (value > 0 && float.IsFinite(value))
            {
                _counts[BitConverter.SingleToInt32Bits(value) >> DroppedBits]++;
                _count++;
                Largest = Math.Max(Largest, value);
            }
        }
    }

    /// <summary>Returns the value that a share of the values does not exceed, to within its bin; 0 of none.</summary>
    /// <param name="share">0 to 1.</param>
    public float Quantile(double share)
    {
        long left = Math.Max(1, (long)Math.Ceiling(share * _count));
        for (int bin = 0; bin < _counts.Length; bin++)
        {
            left -= _counts[bin];
            if (left <= 0 && _count > 0)
            {
                float end = BitConverter.Int32BitsToSingle((((bin + 1) << DroppedBits) - 1) & int.MaxValue);
                return Math.Min(Largest, end);
            }
        }
        return 0;
    }
}
