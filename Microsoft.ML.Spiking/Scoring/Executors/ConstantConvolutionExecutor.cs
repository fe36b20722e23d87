using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// A convolution of an image that is the same at every step, such as the row itself: once, densely, several neighboring
/// places of the kernel at a time.
/// </summary>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
internal sealed unsafe class ConstantConvolutionExecutor<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    public override long OutputLength => shape.OutputSize;

    public override long ScratchLength => ScratchLengthOf(images: 1);

    private int PaddedHeight => checked(shape.Input.Height + (2 * shape.Layer.Padding.Height));

    private int PaddedWidth => checked(shape.Input.Width + (2 * shape.Layer.Padding.Width));

    private long PaddedLength => (long)PaddedHeight * PaddedWidth * shape.GroupInputs;

    /// <summary>Returns the number of floats of working memory that <see cref="RunImages"/> needs.</summary>
    public long ScratchLengthOf(int images) => PanelWeights<TLanes, TWide>.OverhangLength + (images * PaddedLength);

    public override void Run(float* input, float* output, float* scratch) =>
        RunImages(input, inputStride: 0, output, outputStride: 0, images: 1, scratch);

    /// <summary>Runs the layer for several images: weights come into the second cache once for all of them.</summary>
    /// <remarks>
    /// Pointers stay within their buffers: the kernel's places are those at which it lies within the padded images,
    /// which are what the scratch holds, so that the last value read at the last place is an image's last at most; the
    /// blocks of places end with the line.
    /// </remarks>
    public void RunImages(
        float* input, long inputStride, float* output, long outputStride, int images, float* scratch)
    {
        float* padded = scratch + PanelWeights<TLanes, TWide>.OverhangLength;
        for (int group = 0; group < groups.Length; group++)
        {
            for (int image = 0; image < images; image++)
            {
                Pad(input + (image * inputStride) + (group * shape.GroupInputs), padded + (image * PaddedLength));
            }
            float* target = output + (group * shape.GroupOutputs);
            for (int first = 0, end; first < shape.GroupOutputs; first = end)
            {
                end = groups[group].CachedEnd(first);
                for (int image = 0; image < images; image++)
                {
                    Places(groups[group], first, end, padded + (image * PaddedLength),
                        target + (image * outputStride), scratch);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Places(
        PanelWeights<TLanes, TWide> weights, int first, int end, float* padded, float* output, float* overhang)
    {
        int inputs = shape.GroupInputs, channels = shape.Layer.OutputChannels, width = shape.Output.Width;
        PixelRows rows;
        rows.Rows = shape.Layer.Kernel.Height;
        rows.Length = shape.Layer.Kernel.Width * inputs;
        rows.RowStride = (long)PaddedWidth * inputs;
        rows.PixelStride = (long)shape.Layer.Stride.Width * inputs;
        for (; first < end; first += weights.Width(first))
        {
            for (int y = 0; y < shape.Output.Height; y++)
            {
                float* line = padded + ((long)y * shape.Layer.Stride.Height * rows.RowStride);
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
        int inputs = shape.GroupInputs, channels = shape.Layer.InputChannels;
        // Of a single group a line of the image lies together.
        int pieces = groups.Length == 1 ? 1 : shape.Input.Width, length = shape.Input.Width / pieces * inputs;
        new Span<float>(padded, checked((int)PaddedLength)).Clear();
        for (int y = 0; y < shape.Input.Height; y++)
        {
            float* target = padded +
                ((((long)(y + shape.Layer.Padding.Height) * PaddedWidth) + shape.Layer.Padding.Width) * inputs);
            for (int piece = 0; piece < pieces; piece++, target += length)
            {
                new Span<float>(input, length).CopyTo(new Span<float>(target, length));
                input += pieces == 1 ? shape.Input.Width * channels : channels;
            }
        }
    }
}
