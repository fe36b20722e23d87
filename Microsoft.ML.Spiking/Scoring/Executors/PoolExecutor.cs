using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>A pooling, channel by channel; neighboring channels are handled together.</summary>
/// <param name="windows">The window of each pixel of the output.</param>
/// <param name="channels">Channels of the image.</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal sealed unsafe class PoolExecutor<TLanes, TPooling>(PoolWindows windows, int channels, int timeSteps)
    : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TPooling : struct, IPooling
{
    public override long OutputLength => (long)timeSteps * windows.Rows.Length * windows.Columns.Length * channels;

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: <see cref="PoolWindows"/> are cut to the image and hold a pixel.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        int vectorEnd = channels - (channels % TLanes.Count);
        long line = (long)windows.Input.Width * channels;
        for (int t = 0; t < timeSteps; t++, input += windows.Input.Height * line)
        {
            foreach ((int top, int bottom) in windows.Rows)
            {
                foreach ((int left, int right) in windows.Columns)
                {
                    float* window = input + (top * line) + ((long)left * channels);
                    float share = 1f / ((bottom - top) * (right - left));
                    for (int c = 0; c < vectorEnd; c += TLanes.Count)
                    {
                        TLanes.Store(
                            Pool<TLanes>(window + c, bottom - top, right - left, line, channels, share), output + c);
                    }
                    for (int c = vectorEnd; c < channels; c++)
                    {
                        Lanes1.Store(
                            Pool<Lanes1>(window + c, bottom - top, right - left, line, channels, share), output + c);
                    }
                    output += channels;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TAny Pool<TAny>(float* window, int rows, int columns, long line, int pixel, float share)
        where TAny : unmanaged, ILanes<TAny>
    {
        TAny value = TAny.Load(window);
        for (int column = 1; column < columns; column++)
        {
            value = TPooling.Combine(value, TAny.Load(window + ((long)column * pixel)));
        }
        for (int row = 1; row < rows; row++)
        {
            window += line;
            for (int column = 0; column < columns; column++)
            {
                value = TPooling.Combine(value, TAny.Load(window + ((long)column * pixel)));
            }
        }
        return TPooling.Finish(value, share);
    }
}

/// <summary>The reduction of a window's values to one.</summary>
internal interface IPooling
{
    /// <summary>Reduces two values to one.</summary>
    static abstract TLanes Combine<TLanes>(TLanes value, TLanes next) where TLanes : unmanaged, ILanes<TLanes>;

    /// <summary>Returns the result, when all values of the window are reduced.</summary>
    /// <param name="value">The reduced values.</param>
    /// <param name="share">1 / number of values.</param>
    static abstract TLanes Finish<TLanes>(TLanes value, float share) where TLanes : unmanaged, ILanes<TLanes>;
}

/// <summary>The reduction to the mean of a window.</summary>
internal readonly struct MeanPooling : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Combine<TLanes>(TLanes value, TLanes next) => value + next;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Finish<TLanes>(TLanes value, float share) => value * TLanes.Of(share);
}

/// <summary>The reduction to the largest value of a window.</summary>
internal readonly struct LargestPooling : IPooling
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Combine<TLanes>(TLanes value, TLanes next) => TLanes.AtLeast(value, next);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TLanes IPooling.Finish<TLanes>(TLanes value, float share) => value;
}
