using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Training.Torch.Kernels;

/// <summary>
/// The arrays of average pooling: images of [height, width] that windows without overlap cover exactly.
/// </summary>
internal unsafe struct AveragePoolArguments
{
    /// <summary>[images, height, width]: forward reads it; backward takes the gradient into it.</summary>
    public float* Images;

    /// <summary>
    /// [images, height / window height, width / window width]: forward writes it; backward reads its gradient.
    /// </summary>
    public float* Pooled;

    public long Height;

    public long Width;

    public int WindowHeight;

    public int WindowWidth;
}

/// <summary>Average pooling over windows without overlap. Memory bounds it, so it needs no vectors.</summary>
internal static unsafe class AveragePoolKernels
{
    /// <summary>Pools the images from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Forward(in AveragePoolArguments arguments, long start, long end)
    {
        long height = arguments.Height / arguments.WindowHeight, width = arguments.Width / arguments.WindowWidth;
        float* pooled = arguments.Pooled + (start * height * width);
        float* rows = arguments.Images + (start * arguments.Height * arguments.Width);
        float count = arguments.WindowHeight * arguments.WindowWidth;
        bool isTwoByTwo = arguments is { WindowHeight: 2, WindowWidth: 2 };
        long windowRows = arguments.WindowHeight * arguments.Width;
        for (long row = 0; row < (end - start) * height; row++, pooled += width, rows += windowRows)
        {
            float* below = rows + arguments.Width;
            for (long x = 0; x < width; x++)
            {
                pooled[x] = isTwoByTwo
                    ? (rows[2 * x] + rows[(2 * x) + 1] + below[2 * x] + below[(2 * x) + 1]) * 0.25f
                    : Sum(in arguments, rows + (x * arguments.WindowWidth)) / count;
            }
        }
        return 0;
    }

    /// <summary>Writes the gradient by the same images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Backward(in AveragePoolArguments arguments, long start, long end)
    {
        long height = arguments.Height / arguments.WindowHeight, width = arguments.Width / arguments.WindowWidth;
        float* pooled = arguments.Pooled + (start * height * width);
        float* rows = arguments.Images + (start * arguments.Height * arguments.Width);
        float count = arguments.WindowHeight * arguments.WindowWidth;
        for (long row = 0; row < (end - start) * height; row++, pooled += width)
        {
            for (int y = 0; y < arguments.WindowHeight; y++, rows += arguments.Width)
            {
                for (long x = 0; x < width; x++)
                {
                    float part = pooled[x] / count;
                    float* window = rows + (x * arguments.WindowWidth);
                    for (int i = 0; i < arguments.WindowWidth; i++)
                    {
                        window[i] = part;
                    }
                }
            }
        }
        return 0;
    }

    private static float Sum(in AveragePoolArguments arguments, float* window)
    {
        float sum = 0;
        for (int y = 0; y < arguments.WindowHeight; y++, window += arguments.Width)
        {
            for (int x = 0; x < arguments.WindowWidth; x++)
            {
                sum += window[x];
            }
        }
        return sum;
    }
}
