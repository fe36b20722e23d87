using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>
/// The product of a panel's weights with rows of inputs, for up to six neighboring pixels at once: where there is one
/// time step, pixels take the place of steps, and each weight is loaded once for all of them.
/// </summary>
internal static unsafe class PixelProduct<TPanel> where TPanel : unmanaged, IPanel<TPanel>
{
    /// <summary>Computes output[pixel] = bias + sum over the inputs of weights input[pixel].</summary>
    /// <param name="weights">[inputs, width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="work">The inputs.</param>
    /// <param name="pixels">Number of pixels, 1 to 6.</param>
    /// <param name="output">[pixels, outputStride].</param>
    /// <param name="outputStride">From one pixel's outputs to the next.</param>
    public static void Run(float* weights, float* bias, in PixelRows work, int pixels, float* output, int outputStride)
    {
        switch (pixels)
        {
            case 1: One(weights, bias, in work, output, outputStride); break;
            case 2: Two(weights, bias, in work, output, outputStride); break;
            case 3: Three(weights, bias, in work, output, outputStride); break;
            case 4: Four(weights, bias, in work, output, outputStride); break;
            case 5: Five(weights, bias, in work, output, outputStride); break;
            case 6: Six(weights, bias, in work, output, outputStride); break;
            default: throw new ArgumentOutOfRangeException(nameof(pixels));
        }
    }

    // Not inlined: six of these bodies in one method are more than the compiler is ready to optimize.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 1, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 2, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Three(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 3, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 4, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Five(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 5, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Six(float* w, float* b, in PixelRows work, float* y, int yStride) =>
        Pixels(w, b, in work, 6, y, yStride);

    // Inlined with a constant number of pixels: the conditions go, and the sums live in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pixels(
        float* weights, float* bias, in PixelRows work, int pixels, float* output, int outputStride)
    {
        TPanel s0 = TPanel.Load(bias), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        long stride = work.PixelStride, rowStride = work.RowStride;
        int length = work.Length;
        float* row = work.Input;
        for (int r = work.Rows; r > 0; r--, row += rowStride)
        {
            float* input = row;
            for (float* end = row + length; input < end; input++)
            {
                TPanel w = TPanel.Load(weights);
                weights += TPanel.Width;
                s0 = TPanel.MultiplyAdd(w, input[0], s0);
                if (pixels > 1) { s1 = TPanel.MultiplyAdd(w, input[stride], s1); }
                if (pixels > 2) { s2 = TPanel.MultiplyAdd(w, input[2 * stride], s2); }
                if (pixels > 3) { s3 = TPanel.MultiplyAdd(w, input[3 * stride], s3); }
                if (pixels > 4) { s4 = TPanel.MultiplyAdd(w, input[4 * stride], s4); }
                if (pixels > 5) { s5 = TPanel.MultiplyAdd(w, input[5 * stride], s5); }
            }
        }
        TPanel.Store(s0, output);
        if (pixels > 1) { TPanel.Store(s1, output + (1L * outputStride)); }
        if (pixels > 2) { TPanel.Store(s2, output + (2L * outputStride)); }
        if (pixels > 3) { TPanel.Store(s3, output + (3L * outputStride)); }
        if (pixels > 4) { TPanel.Store(s4, output + (4L * outputStride)); }
        if (pixels > 5) { TPanel.Store(s5, output + (5L * outputStride)); }
    }
}

/// <summary>
/// The inputs under a convolution's kernel at neighboring places: for each row of the kernel, values that lie together.
/// </summary>
internal unsafe struct PixelRows
{
    /// <summary>The first row at the first place.</summary>
    public float* Input;

    /// <summary>Rows of the kernel.</summary>
    public int Rows;

    /// <summary>Values of a row: columns of the kernel times channels.</summary>
    public int Length;

    /// <summary>From one row to the next.</summary>
    public long RowStride;

    /// <summary>From one place to the next.</summary>
    public long PixelStride;
}
