using System.Numerics;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>
/// Average pooling of spikes in the same pass as their neurons: neurons lie in images, row by row, and windows without
/// overlap cover the images exactly. Spikes and their gradients then never leave the cache. The default value pools
/// nothing.
/// </summary>
/// <param name="WindowHeight">Height of a window.</param>
/// <param name="WindowWidth">Width of a window.</param>
/// <param name="ImageWidth">Width of an image; a multiple of that of a window.</param>
internal readonly record struct SpikePooling(int WindowHeight, int WindowWidth, int ImageWidth)
{
    private const int MostLanes = 16;
    private const long LargestUnit = 1 << 13;

    /// <summary>Gets the number of neurons in a window; 1 without pooling.</summary>
    public int Area => IsNone ? 1 : WindowHeight * WindowWidth;

    /// <summary>Gets whether nothing is pooled.</summary>
    public bool IsNone => WindowHeight == 0;

    /// <summary>Gets whether a block of usual size holds whole windows and whole vectors.</summary>
    public bool Fits => IsNone || Unit <= LargestUnit;

    /// <summary>Gets the number of neurons that hold whole rows of windows and whole vectors, in every width.</summary>
    public long Unit => IsNone ? MostLanes : Band / (long)BigInteger.GreatestCommonDivisor(Band, MostLanes) * MostLanes;

    // A row of windows.
    private long Band => (long)WindowHeight * ImageWidth;

    /// <summary>Writes the means of the windows of <paramref name="count"/> neurons.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Forward(float* spikes, float* pooled, int count)
    {
        int width = ImageWidth / WindowWidth, bands = count / (WindowHeight * ImageWidth);
        bool isTwoByTwo = WindowHeight == 2 && WindowWidth == 2;
        float area = Area;
        for (int band = 0; band < bands; band++, pooled += width, spikes += WindowHeight * ImageWidth)
        {
            float* below = spikes + ImageWidth;
            for (int x = 0; x < width; x++)
            {
                pooled[x] = isTwoByTwo
                    ? (spikes[2 * x] + spikes[(2 * x) + 1] + below[2 * x] + below[(2 * x) + 1]) * 0.25f
                    : Sum(spikes + (x * WindowWidth)) / area;
            }
        }
    }

    /// <summary>Writes the gradient by the spikes of <paramref name="count"/> neurons.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Backward(float* pooled, float* spikes, int count)
    {
        int width = ImageWidth / WindowWidth, bands = count / (WindowHeight * ImageWidth);
        float area = Area;
        for (int band = 0; band < bands; band++, pooled += width)
        {
            float* top = spikes;
            for (int x = 0; x < width; x++)
            {
                float part = pooled[x] / area;
                for (int i = 0; i < WindowWidth; i++)
                {
                    top[(x * WindowWidth) + i] = part;
                }
            }
            spikes += ImageWidth;
            for (int y = 1; y < WindowHeight; y++, spikes += ImageWidth)
            {
                Unsafe.CopyBlock(spikes, top, (uint)ImageWidth * sizeof(float));
            }
        }
    }

    private unsafe float Sum(float* window)
    {
        float sum = 0;
        for (int y = 0; y < WindowHeight; y++, window += ImageWidth)
        {
            for (int x = 0; x < WindowWidth; x++)
            {
                sum += window[x];
            }
        }
        return sum;
    }
}
