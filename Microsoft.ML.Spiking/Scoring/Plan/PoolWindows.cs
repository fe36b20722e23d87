using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>
/// The rows and the columns that each window of a pooling covers, without what is outside of the image.
/// </summary>
/// <param name="Input">The arriving image.</param>
/// <param name="Rows">For each row of the leaving image: the first row, and the one after the last.</param>
/// <param name="Columns">Likewise.</param>
internal sealed record PoolWindows(Extent Input, (int First, int End)[] Rows, (int First, int End)[] Columns)
{
    /// <summary>Windows that move by a stride.</summary>
    public static PoolWindows Sliding(Extent input, Extent output, Extent kernel, Extent stride, Extent padding) =>
        new(input, Slide(input.Height, output.Height, kernel.Height, stride.Height, padding.Height),
            Slide(input.Width, output.Width, kernel.Width, stride.Width, padding.Width));

    /// <summary>Windows that share the image out.</summary>
    public static PoolWindows Adaptive(Extent input, Extent output) =>
        new(input, Share(input.Height, output.Height), Share(input.Width, output.Width));

    private static (int First, int End)[] Slide(int input, int output, int kernel, int stride, int padding) =>
        Each(output, index =>
        {
            int first = checked(index * stride) - padding; // the window lies within the padded image
            return (Math.Max(first, 0), Math.Min(first + kernel, input));
        });

    private static (int First, int End)[] Share(int input, int output) =>
        Each(output, index => AdaptiveAveragePoolLayer.Range(index, input, output));

    private static (int First, int End)[] Each(int count, Func<int, (int First, int End)> window)
    {
        var windows = new (int First, int End)[count];
        for (int i = 0; i < count; i++)
        {
            windows[i] = window(i);
        }
        return windows;
    }
}
