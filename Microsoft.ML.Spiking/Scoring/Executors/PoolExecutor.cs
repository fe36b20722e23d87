using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>A pooling, channel by channel; neighbouring channels are handled together.</summary>
/// <param name="windows">What each pixel of the leaving image is made of.</param>
/// <param name="channels">Channels of the image.</param>
/// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
internal sealed unsafe class PoolExecutor<TLanes, TPooling>(PoolWindows windows, int channels, int timeSteps)
    : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TPooling : struct, IPooling
{
    public override long OutputLength => (long)timeSteps * windows.Rows.Length * windows.Columns.Length * channels;

    /// <inheritdoc/>
    /// <remarks>Pointers stay within their buffers: <see cref="PoolWindows"/> are cut to the image and hold a pixel.</remarks>
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
