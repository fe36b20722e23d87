using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>Layers on one time step of one row, in double precision, straight from their definitions.</summary>
internal static class ReferenceLayers
{
    public static double[] Linear(double[] input, float[] weight, float[] bias) =>
        [.. bias.Select((start, o) => start + input.Select((value, i) => weight[(o * input.Length) + i] * value)
            .Sum())];

    public static double[] Affine(double[] input, int channels, float[] scale, float[] shift) =>
        [.. input.Select((value, i) =>
        {
            int channel = scale.Length == 1 ? 0 : i / (input.Length / channels);
            return (value * scale[channel]) + shift[channel];
        })];

    public static double[] BatchNorm(
        double[] input, double epsilon, float[] weight, float[] bias, float[] mean, float[] variance) =>
        [.. input.Select((value, i) =>
        {
            int channel = i / (input.Length / weight.Length);
            return (weight[channel] * (value - mean[channel]) / Math.Sqrt(variance[channel] + epsilon)) + bias[channel];
        })];

    public static double[] Convolution(ConvolutionLayer layer, double[] input, IReadOnlyList<int> from,
        IReadOnlyList<int> to, float[] weight, float[] bias)
    {
        int inputs = layer.InputChannels / layer.Groups, outputs = layer.OutputChannels / layer.Groups;
        return Map(to, (o, y, x) =>
        {
            double sum = bias[o];
            for (int i = 0; i < inputs; i++)
            {
                for (int ky = 0; ky < layer.Kernel.Height; ky++)
                {
                    for (int kx = 0; kx < layer.Kernel.Width; kx++)
                    {
                        int row = (y * layer.Stride.Height) - layer.Padding.Height + ky;
                        int column = (x * layer.Stride.Width) - layer.Padding.Width + kx;
                        if (row >= 0 && row < from[1] && column >= 0 && column < from[2])
                        {
                            int channel = (o / outputs * inputs) + i;
                            sum += weight[(((((o * inputs) + i) * layer.Kernel.Height) + ky) * layer.Kernel.Width) +
                                kx] *
                                input[(((channel * from[1]) + row) * from[2]) + column];
                        }
                    }
                }
            }
            return sum;
        });
    }

    public static double[] Pool(double[] input, IReadOnlyList<int> from, IReadOnlyList<int> to, Extent kernel,
        Extent stride, Extent padding, Func<IEnumerable<double>, double> reduce) =>
        Map(to, (c, y, x) => reduce(Region(input, from, c,
            (y * stride.Height) - padding.Height, (y * stride.Height) - padding.Height + kernel.Height,
            (x * stride.Width) - padding.Width, (x * stride.Width) - padding.Width + kernel.Width)));

    public static double[] AdaptiveAveragePool(double[] input, IReadOnlyList<int> from, IReadOnlyList<int> to) =>
        Map(to, (c, y, x) => Region(input, from, c,
            (int)Math.Floor(y * from[1] / (double)to[1]), (int)Math.Ceiling((y + 1) * from[1] / (double)to[1]),
            (int)Math.Floor(x * from[2] / (double)to[2]), (int)Math.Ceiling((x + 1) * from[2] / (double)to[2]))
                .Average());

    private static IEnumerable<double> Region(
        double[] input, IReadOnlyList<int> shape, int channel, int top, int bottom, int left, int right) =>
        from row in Enumerable.Range(top, bottom - top)
        from column in Enumerable.Range(left, right - left)
        where row >= 0 && row < shape[1] && column >= 0 && column < shape[2]
        select input[(((channel * shape[1]) + row) * shape[2]) + column];

    private static double[] Map(IReadOnlyList<int> shape, Func<int, int, int, double> value) =>
    [
        .. from channel in Enumerable.Range(0, shape[0])
           from row in Enumerable.Range(0, shape[1])
           from column in Enumerable.Range(0, shape[2])
           select value(channel, row, column),
    ];
}
