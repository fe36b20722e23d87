using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>Layers without state, each as libtorch's own operation on rows.</summary>
internal static class TorchOperations
{
    /// <summary>Returns the layer's output for rows, [N, ...].</summary>
    /// <exception cref="NotSupportedException">The layer contains others, or neurons.</exception>
    public static Tensor Run(Layer layer, Tensor x, TorchParameters parameters) => layer switch
    {
        LinearLayer linear => nn.functional.linear(x, parameters[linear.WeightName], Bias(linear, parameters)),
        ConvolutionLayer convolution =>
            nn.functional.conv2d(x, parameters[convolution.WeightName], Bias(convolution, parameters),
            Lengths(convolution.Stride), Lengths(convolution.Padding), groups: convolution.Groups),
        BatchNormLayer norm => nn.functional.batch_norm(x, parameters[norm.MeanName], parameters[norm.VarianceName],
            parameters[norm.WeightName], parameters[norm.BiasName], training: false, norm.Momentum, norm.Epsilon),
        AffineLayer affine =>
            (x * PerChannel(parameters[affine.ScaleName], x)).Plus(PerChannel(parameters[affine.ShiftName], x)),
        AveragePoolLayer pool => nn.functional.avg_pool2d(x, Lengths(pool.Kernel), Lengths(pool.Stride)),
        AdaptiveAveragePoolLayer pool => nn.functional.adaptive_avg_pool2d(x, Lengths(pool.Output)),
        MaxPoolLayer pool =>
            nn.functional.max_pool2d(x, Lengths(pool.Kernel), Lengths(pool.Stride), Lengths(pool.Padding)),
        FlattenLayer => x.flatten(1),
        DropoutLayer => x,
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    private static Tensor? Bias(WeightedLayer layer, TorchParameters parameters) =>
        layer.HasBias ? parameters[layer.BiasName] : null;

    private static Tensor PerChannel(Tensor values, Tensor x) =>
        values.view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

    private static long[] Lengths(Extent extent) => [extent.Height, extent.Width];
}
