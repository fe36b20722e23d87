using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>
/// Batch normalization in training: Ioffe and Szegedy, arXiv 1502.03167. A channel of a time step is taken from its
/// statistics to its result before the next one, so that its values are fetched from memory once.
/// </summary>
/// <remarks>
/// <code>
/// x' = (x - mean) / sqrt(variance + epsilon)       y = weight x' + bias, the variance without Bessel's correction
/// gradient of x = weight / sqrt(variance + epsilon) (u - mean(u) - x' mean(u x')), u the gradient by y
/// </code>
/// </remarks>
internal static unsafe class BatchNormKernels<TLanes> where TLanes : unmanaged, ILanes<TLanes>
{
    /// <summary>The channels from <paramref name="start"/> to <paramref name="end"/>, counted through all time steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in BatchNormWork work, long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long channel = item % work.Channels;
            long at = Offset(in work, item);
            double count = (double)work.Rows * work.Area;
            double mean = Sum(in work, work.Input + at) / count;
            double variance = SquareSum(in work, work.Input + at, (float)mean) / count;
            work.Mean[item] = mean;
            work.Variance[item] = variance;
            double scale = work.Weight[channel] / Math.Sqrt(variance + work.Epsilon);
            Map(in work, work.Input + at, work.Output + at, (float)scale, (float)(work.Bias[channel] - (scale * mean)));
        }
        return 0;
    }

    /// <summary>The same channels backward.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in BatchNormWork work, long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long at = Offset(in work, item);
            double count = (double)work.Rows * work.Area;
            double inverse = 1 / Math.Sqrt(work.Variance[item] + work.Epsilon);
            double mean = work.Mean[item];
            double upstreamSum = Sum(in work, work.Upstream + at);
            double productSum = ProductSum(in work, work.Input + at, work.Upstream + at, (float)mean) * inverse;
            work.UpstreamSum[item] = upstreamSum;
            work.ProductSum[item] = productSum;
            double scale = work.Weight[item % work.Channels] * inverse;
            double slope = -scale * inverse * productSum / count;
            double shift = (-scale * upstreamSum / count) - (slope * mean);
            Combine(in work, at, (float)scale, (float)slope, (float)shift);
        }
        return 0;
    }

    private static long Offset(in BatchNormWork work, long item)
    {
        (long step, long channel) = Math.DivRem(item, work.Channels);
        return ((step * work.Rows * work.Channels) + channel) * work.Area;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(in BatchNormWork work, float* values)
    {
        double sum = 0;
        for (long row = 0; row < work.Rows; row++, values += work.Channels * work.Area)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= work.Area - TLanes.Count; i += TLanes.Count)
            {
                lanes += TLanes.Load(values + i);
            }
            sum += TLanes.Sum(lanes);
            for (; i < work.Area; i++)
            {
                sum += values[i];
            }
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquareSum(in BatchNormWork work, float* values, float mean)
    {
        TLanes means = TLanes.Of(mean);
        double sum = 0;
        for (long row = 0; row < work.Rows; row++, values += work.Channels * work.Area)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= work.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes distance = TLanes.Load(values + i) - means;
                lanes = TLanes.MultiplyAdd(distance, distance, lanes);
            }
            sum += TLanes.Sum(lanes);
            for (; i < work.Area; i++)
            {
                double distance = values[i] - mean;
                sum += distance * distance;
            }
        }
        return sum;
    }

    /// <summary>The sum of (input - mean) upstream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ProductSum(in BatchNormWork work, float* input, float* upstream, float mean)
    {
        TLanes means = TLanes.Of(mean);
        long stride = work.Channels * work.Area;
        double sum = 0;
        for (long row = 0; row < work.Rows; row++, input += stride, upstream += stride)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= work.Area - TLanes.Count; i += TLanes.Count)
            {
                lanes = TLanes.MultiplyAdd(TLanes.Load(input + i) - means, TLanes.Load(upstream + i), lanes);
            }
            sum += TLanes.Sum(lanes);
            for (; i < work.Area; i++)
            {
                sum += (double)(input[i] - mean) * upstream[i];
            }
        }
        return sum;
    }

    /// <summary>target = scale source + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map(in BatchNormWork work, float* source, float* target, float scale, float shift)
    {
        TLanes scales = TLanes.Of(scale), shifts = TLanes.Of(shift);
        long stride = work.Channels * work.Area;
        for (long row = 0; row < work.Rows; row++, source += stride, target += stride)
        {
            long i = 0;
            for (; i <= work.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.MultiplyAdd(scales, TLanes.Load(source + i), shifts), target + i);
            }
            for (; i < work.Area; i++)
            {
                target[i] = MathF.FusedMultiplyAdd(scale, source[i], shift);
            }
        }
    }

    /// <summary>gradient = scale upstream + slope input + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(in BatchNormWork work, long at, float scale, float slope, float shift)
    {
        TLanes scales = TLanes.Of(scale), slopes = TLanes.Of(slope), shifts = TLanes.Of(shift);
        float* input = work.Input + at, upstream = work.Upstream + at, gradient = work.Gradient + at;
        long stride = work.Channels * work.Area;
        for (long row = 0; row < work.Rows; row++, input += stride, upstream += stride, gradient += stride)
        {
            long i = 0;
            for (; i <= work.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes value = TLanes.MultiplyAdd(slopes, TLanes.Load(input + i), shifts);
                TLanes.Store(TLanes.MultiplyAdd(scales, TLanes.Load(upstream + i), value), gradient + i);
            }
            for (; i < work.Area; i++)
            {
                float value = MathF.FusedMultiplyAdd(slope, input[i], shift);
                gradient[i] = MathF.FusedMultiplyAdd(scale, upstream[i], value);
            }
        }
    }
}
