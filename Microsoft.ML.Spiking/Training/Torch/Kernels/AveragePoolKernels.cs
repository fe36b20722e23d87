using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>Average pooling over windows without overlap. Bound by memory: no vectors are needed.</summary>
internal static unsafe class AveragePoolKernels
{
    /// <summary>The images from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in AveragePoolWork work, long start, long end)
    {
        long height = work.Height / work.WindowHeight, width = work.Width / work.WindowWidth;
        float* pooled = work.Pooled + (start * height * width);
        float* rows = work.Images + (start * work.Height * work.Width);
        float count = work.WindowHeight * work.WindowWidth;
        bool isTwoByTwo = work is { WindowHeight: 2, WindowWidth: 2 };
        for (long row = 0; row < (end - start) * height; row++, pooled += width, rows += work.WindowHeight * work.Width)
        {
            float* below = rows + work.Width;
            for (long x = 0; x < width; x++)
            {
                pooled[x] = isTwoByTwo
                    ? (rows[2 * x] + rows[(2 * x) + 1] + below[2 * x] + below[(2 * x) + 1]) * 0.25f
                    : Sum(in work, rows + (x * work.WindowWidth)) / count;
            }
        }
        return 0;
    }

    /// <summary>The same images' gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in AveragePoolWork work, long start, long end)
    {
        long height = work.Height / work.WindowHeight, width = work.Width / work.WindowWidth;
        float* pooled = work.Pooled + (start * height * width);
        float* rows = work.Images + (start * work.Height * work.Width);
        float count = work.WindowHeight * work.WindowWidth;
        for (long row = 0; row < (end - start) * height; row++, pooled += width)
        {
            for (int y = 0; y < work.WindowHeight; y++, rows += work.Width)
            {
                for (long x = 0; x < width; x++)
                {
                    float part = pooled[x] / count;
                    float* window = rows + (x * work.WindowWidth);
                    for (int i = 0; i < work.WindowWidth; i++)
                    {
                        window[i] = part;
                    }
                }
            }
        }
        return 0;
    }

    private static float Sum(in AveragePoolWork work, float* window)
    {
        float sum = 0;
        for (int y = 0; y < work.WindowHeight; y++, window += work.Width)
        {
            for (int x = 0; x < work.WindowWidth; x++)
            {
                sum += window[x];
            }
        }
        return sum;
    }
}
