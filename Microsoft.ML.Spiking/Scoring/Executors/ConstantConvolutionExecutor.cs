using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of an image that is the same at every step, such as the row itself: once, densely, several neighboring
/// places of the kernel at a time.
/// </summary>
internal sealed unsafe class ConstantConvolutionExecutor<TLanes, TWide> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private readonly ConvolutionShape _shape;
    private readonly PanelWeights<TLanes, TWide>[] _groups;

    /// <param name="shape">The sizes.</param>
    /// <param name="weights">The layer's weights and biases.</param>
    public ConstantConvolutionExecutor(ConvolutionShape shape, FoldedWeights weights)
    {
        _shape = shape;
        _groups = PanelWeights<TLanes, TWide>.OfGroups(shape, weights);
    }

    public override long OutputLength => _shape.OutputSize;

    public override long ScratchLength =>
        PanelWeights<TLanes, TWide>.OverhangLength + ((long)PaddedHeight * PaddedWidth * _shape.GroupInputs);

    private int PaddedHeight => checked(_shape.Input.Height + (2 * _shape.Layer.Padding.Height));

    private int PaddedWidth => checked(_shape.Input.Width + (2 * _shape.Layer.Padding.Width));

    /// <inheritdoc/>
    /// <remarks>
    /// Pointers stay within their buffers: the kernel's places are those at which it lies within the padded image,
    /// which is what the scratch holds, so that the last value read at the last place is the image's last at most; the
    /// blocks of places end with the line.
    /// </remarks>
    public override void Run(float* input, float* output, float* scratch)
    {
        float* padded = scratch + PanelWeights<TLanes, TWide>.OverhangLength;
        for (int group = 0; group < _groups.Length; group++)
        {
            Pad(input + (group * _shape.GroupInputs), padded);
            Places(_groups[group], padded, output + (group * _shape.GroupOutputs), scratch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Places(PanelWeights<TLanes, TWide> weights, float* padded, float* output, float* overhang)
    {
        int inputs = _shape.GroupInputs, channels = _shape.Layer.OutputChannels, width = _shape.Output.Width;
        PixelRows rows;
        rows.Rows = _shape.Layer.Kernel.Height;
        rows.Length = _shape.Layer.Kernel.Width * inputs;
        rows.RowStride = (long)PaddedWidth * inputs;
        rows.PixelStride = (long)_shape.Layer.Stride.Width * inputs;
        for (int first = 0; first < _shape.GroupOutputs; first += weights.Width(first))
        {
            for (int y = 0; y < _shape.Output.Height; y++)
            {
                float* line = padded + ((long)y * _shape.Layer.Stride.Height * rows.RowStride);
                for (int x = 0; x < width; x += PanelProduct<TWide>.MaxSteps)
                {
                    rows.Input = line + (x * rows.PixelStride);
                    weights.FromPixels(first, in rows, Math.Min(width - x, PanelProduct<TWide>.MaxSteps),
                        output + ((((long)y * width) + x) * channels) + first, channels, overhang);
                }
            }
        }
    }

    /// <summary>
    /// Copies a group's channels into the middle of zeros, so that no place of the kernel is special.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Pad(float* input, float* padded)
    {
        int inputs = _shape.GroupInputs, channels = _shape.Layer.InputChannels;
        new Span<float>(padded, checked((int)((long)PaddedHeight * PaddedWidth * inputs))).Clear();
        for (int y = 0; y < _shape.Input.Height; y++)
        {
            float* target = padded +
                ((((long)(y + _shape.Layer.Padding.Height) * PaddedWidth) + _shape.Layer.Padding.Width) * inputs);
            for (int x = 0; x < _shape.Input.Width; x++, input += channels, target += inputs)
            {
                for (int c = 0; c < inputs; c++)
                {
                    target[c] = input[c];
                }
            }
        }
    }
}
