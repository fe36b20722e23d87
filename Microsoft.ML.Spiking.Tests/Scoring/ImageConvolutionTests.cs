using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>
/// The convolution of one step: the same outputs to the last bit whether it is computed densely or by active inputs,
/// alone or together with other steps.
/// </summary>
[TestClass]
public sealed unsafe class ImageConvolutionTests
{
    private const int Images = 11;

    [TestMethod]
    [DataRow(3, 5, 7, 3, 1, 1, 1, DisplayName = "one narrow panel")]
    [DataRow(2, 70, 9, 3, 2, 1, 1, DisplayName = "panels side by side, and others")]
    [DataRow(8, 24, 6, 2, 1, 0, 4, DisplayName = "groups")]
    [DataRow(128, 130, 3, 3, 1, 1, 1, DisplayName = "weights that several images share")]
    public void RunRows_ImagesOfAnyDensity_GivesTheSameBits(
        int inputs, int outputs, int side, int kernel, int stride, int padding, int groups)
    {
        Run<Lanes1, Panel2<Lanes1>>(inputs, outputs, side, kernel, stride, padding, groups);
        Run<Lanes128, Panel4<Lanes128>>(inputs, outputs, side, kernel, stride, padding, groups);
        Run<Lanes256, Panel2<Lanes256>>(inputs, outputs, side, kernel, stride, padding, groups);
    }

    private static void Run<TLanes, TWide>(
        int inputs, int outputs, int side, int kernel, int stride, int padding, int groups)
        where TLanes : unmanaged, ILanes<TLanes>
        where TWide : unmanaged, IPanel<TWide>
    {
        var random = new Random(1);
        var layer = new ConvolutionLayer("c", inputs, outputs, new Extent(kernel, kernel), new Extent(stride, stride),
            new Extent(padding, padding), groups);
        int outputSide = ((side + (2 * padding) - kernel) / stride) + 1;
        var shape = new ConvolutionShape(layer, new Extent(side, side), new Extent(outputSide, outputSide));
        var weights = new FoldedWeights(
            Values(outputs * inputs / groups * kernel * kernel, random, density: 1), Values(outputs, random, 1));
        PanelWeights<TLanes, TWide>[] panels = PanelWeights<TLanes, TWide>.OfGroups(shape, weights);
        var dense = new ConstantConvolutionExecutor<TLanes, TWide>(shape, panels);
        var active = new ActiveConvolution<TLanes, TWide>(shape, panels);
        var image = new ImageConvolutionExecutor<TLanes, TWide>(shape, panels);

        int size = side * side * inputs, outputSize = (int)image.OutputLength;
        // From images without an active input to those without another.
        float[] rows = [.. Enumerable.Range(0, Images)
            .SelectMany(i => Values(size, random, density: i / (Images - 1.0)))];
        var input = new AlignedFloats(rows.Length);
        rows.CopyTo(new Span<float>(input.Pointer, rows.Length));

        float[] together = Call(image.ScratchLengthFor(Images), (output, scratch) =>
            image.RunRows(input.Pointer, size, output, outputSize, Images, scratch));
        Assert.AreSequenceEqual(together, Call(dense.ScratchLengthOf(1), (output, scratch) =>
            Each((i, target) => dense.Run(input.Pointer + (i * size), target, scratch), output)));
        Assert.AreSequenceEqual(together, Call(active.ScratchLengthOf(1), (output, scratch) =>
            Each((i, target) => active.RunImages(input.Pointer + (i * size), 0, target, 0, 1, scratch), output)));
        Assert.IsGreaterThan(outputSize, together.Distinct().Count());

        void Each(ImageCall call, float* output)
        {
            for (int i = 0; i < Images; i++)
            {
                call(i, output + ((long)i * outputSize));
            }
        }

        float[] Call(long scratchLength, OutputCall call)
        {
            var output = new AlignedFloats((long)Images * outputSize);
            var scratch = new AlignedFloats(scratchLength);
            call(output.Pointer, scratch.Pointer);
            float[] values = new Span<float>(output.Pointer, Images * outputSize).ToArray();
            GC.KeepAlive(output);
            GC.KeepAlive(scratch);
            GC.KeepAlive(input);
            return values;
        }
    }

    private static float[] Values(int count, Random random, double density) =>
        [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() < density ? random.NextSingle() - 0.5f : 0)];

    private delegate void OutputCall(float* output, float* scratch);

    private delegate void ImageCall(int image, float* target);
}
