using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>
/// The arrays of batch normalization by the statistics of each time step: [T, N, channels, area].
/// </summary>
internal unsafe struct BatchNormArguments
{
    public float* Input;

    /// <summary>Forward: takes the normalized values. May not be the input.</summary>
    public float* Output;

    /// <summary>Backward: the gradient by the output.</summary>
    public float* Upstream;

    /// <summary>Backward: takes the gradient by the input; may be the upstream gradient itself.</summary>
    public float* Gradient;

    /// <summary>[channels].</summary>
    public float* Weight;

    /// <summary>[channels].</summary>
    public float* Bias;

    /// <summary>[T, channels]: mean of each; forward writes it, backward reads it.</summary>
    public double* Mean;

    /// <summary>[T, channels]: the biased variance of each.</summary>
    public double* Variance;

    /// <summary>[T, channels]: backward: the sum of the upstream gradient.</summary>
    public double* UpstreamSum;

    /// <summary>[T, channels]: backward: the sum of upstream gradient times normalized input.</summary>
    public double* ProductSum;

    /// <summary>N.</summary>
    public long Rows;

    public long Channels;

    /// <summary>Values of a channel of a row.</summary>
    public long Area;

    public double Epsilon;
}

/// <summary>
/// Batch normalization in training: Ioffe and Szegedy, arXiv 1502.03167. A channel of a time step goes from its
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
    /// <summary>
    /// Normalizes the channels from <paramref name="start"/> to <paramref name="end"/>, counted through all time steps.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in BatchNormArguments arguments, long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long channel = item % arguments.Channels;
            long at = Offset(in arguments, item);
            double count = (double)arguments.Rows * arguments.Area;
            double mean = Sum(in arguments, arguments.Input + at) / count;
            double variance = SquareSum(in arguments, arguments.Input + at, (float)mean) / count;
            arguments.Mean[item] = mean;
            arguments.Variance[item] = variance;
            double scale = arguments.Weight[channel] / Math.Sqrt(variance + arguments.Epsilon);
            double shift = arguments.Bias[channel] - (scale * mean);
            Map(in arguments, arguments.Input + at, arguments.Output + at, (float)scale, (float)shift);
        }
        return 0;
    }

    /// <summary>Runs the backward pass of the same channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in BatchNormArguments arguments, long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long at = Offset(in arguments, item);
            double count = (double)arguments.Rows * arguments.Area;
            double inverse = 1 / Math.Sqrt(arguments.Variance[item] + arguments.Epsilon);
            double mean = arguments.Mean[item];
            double upstreamSum = Sum(in arguments, arguments.Upstream + at);
            double productSum = inverse
                * ProductSum(in arguments, arguments.Input + at, arguments.Upstream + at, (float)mean);
            arguments.UpstreamSum[item] = upstreamSum;
            arguments.ProductSum[item] = productSum;
            double scale = arguments.Weight[item % arguments.Channels] * inverse;
            double slope = -scale * inverse * productSum / count;
            double shift = (-scale * upstreamSum / count) - (slope * mean);
            Combine(in arguments, at, (float)scale, (float)slope, (float)shift);
        }
        return 0;
    }

    private static long Offset(in BatchNormArguments arguments, long item)
    {
        (long step, long channel) = Math.DivRem(item, arguments.Channels);
        return ((step * arguments.Rows * arguments.Channels) + channel) * arguments.Area;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Sum(in BatchNormArguments arguments, float* values)
    {
        double sum = 0;
        for (long row = 0; row < arguments.Rows; row++, values += arguments.Channels * arguments.Area)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= arguments.Area - TLanes.Count; i += TLanes.Count)
            {
                lanes += TLanes.Load(values + i);
            }
            sum += TLanes.Sum(lanes);
            for (; i < arguments.Area; i++)
            {
                sum += values[i];
            }
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SquareSum(in BatchNormArguments arguments, float* values, float mean)
    {
        TLanes means = TLanes.Of(mean);
        double sum = 0;
        for (long row = 0; row < arguments.Rows; row++, values += arguments.Channels * arguments.Area)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= arguments.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes distance = TLanes.Load(values + i) - means;
                lanes = TLanes.MultiplyAdd(distance, distance, lanes);
            }
            sum += TLanes.Sum(lanes);
            for (; i < arguments.Area; i++)
            {
                double distance = values[i] - mean;
                sum += distance * distance;
            }
        }
        return sum;
    }

    /// <summary>Returns the sum of (input - mean) upstream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double ProductSum(in BatchNormArguments arguments, float* input, float* upstream, float mean)
    {
        TLanes means = TLanes.Of(mean);
        long stride = arguments.Channels * arguments.Area;
        double sum = 0;
        for (long row = 0; row < arguments.Rows; row++, input += stride, upstream += stride)
        {
            TLanes lanes = TLanes.Of(0f);
            long i = 0;
            for (; i <= arguments.Area - TLanes.Count; i += TLanes.Count)
            {
                lanes = TLanes.MultiplyAdd(TLanes.Load(input + i) - means, TLanes.Load(upstream + i), lanes);
            }
            sum += TLanes.Sum(lanes);
            for (; i < arguments.Area; i++)
            {
                sum += (double)(input[i] - mean) * upstream[i];
            }
        }
        return sum;
    }

    /// <summary>Writes target = scale source + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map(in BatchNormArguments arguments, float* source, float* target, float scale, float shift)
    {
        TLanes scales = TLanes.Of(scale), shifts = TLanes.Of(shift);
        long stride = arguments.Channels * arguments.Area;
        for (long row = 0; row < arguments.Rows; row++, source += stride, target += stride)
        {
            long i = 0;
            for (; i <= arguments.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes.Store(TLanes.MultiplyAdd(scales, TLanes.Load(source + i), shifts), target + i);
            }
            for (; i < arguments.Area; i++)
            {
                target[i] = MathF.FusedMultiplyAdd(scale, source[i], shift);
            }
        }
    }

    /// <summary>Writes gradient = scale upstream + slope input + shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Combine(in BatchNormArguments arguments, long at, float scale, float slope, float shift)
    {
        TLanes scales = TLanes.Of(scale), slopes = TLanes.Of(slope), shifts = TLanes.Of(shift);
        float* input = arguments.Input + at, upstream = arguments.Upstream + at, gradient = arguments.Gradient + at;
        long stride = arguments.Channels * arguments.Area;
        for (long row = 0; row < arguments.Rows; row++, input += stride, upstream += stride, gradient += stride)
        {
            long i = 0;
            for (; i <= arguments.Area - TLanes.Count; i += TLanes.Count)
            {
                TLanes value = TLanes.MultiplyAdd(slopes, TLanes.Load(input + i), shifts);
                TLanes.Store(TLanes.MultiplyAdd(scales, TLanes.Load(upstream + i), value), gradient + i);
            }
            for (; i < arguments.Area; i++)
            {
                float value = MathF.FusedMultiplyAdd(slope, input[i], shift);
                gradient[i] = MathF.FusedMultiplyAdd(scale, upstream[i], value);
            }
        }
    }
}
