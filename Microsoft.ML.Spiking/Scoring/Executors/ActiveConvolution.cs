using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>The convolution of images of single steps by those inputs that are active.</summary>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
internal sealed unsafe class ActiveConvolution<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups)
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private int GroupSize => checked(shape.InputPixels * shape.GroupInputs);

    private long RunFloats => (long)shape.Layer.Kernel.Height * (sizeof(ActiveRun) / sizeof(float));

    // The active inputs of an image, and where each pixel's begin; whole cache lines.
    private long ListLength => (ActiveInputs.Length(GroupSize, timeSteps: 1) + shape.InputPixels + 16L) / 16 * 16;

    /// <summary>Returns the number of floats of working memory that <see cref="RunImages"/> needs.</summary>
    public long ScratchLengthOf(int images) => PanelWeights<TLanes, TWide>.OverhangLength + RunFloats +
        (images * ListLength) + (groups.Length > 1 ? GroupSize : 0);

    /// <summary>
    /// Convolves several images: weights come into the second cache once for all of them. See
    /// <see cref="LayerExecutor.RunRows"/>.
    /// </summary>
    /// <remarks>
    /// Pointers stay within their buffers: the parts of the scratch below are those that <see cref="ScratchLengthOf"/>
    /// sums, in the same order, but for the runs, which lie behind the lists. A list holds at most GroupSize inputs,
    /// the starts a value for each pixel and one more; under the kernel lies at most one run for each of its rows.
    /// </remarks>
    public void RunImages(
        float* input, long inputStride, float* output, long outputStride, int images, float* scratch)
    {
        float* lists = scratch + PanelWeights<TLanes, TWide>.OverhangLength;
        var runs = (ActiveRun*)(lists + (images * ListLength));
        float* part = (float*)runs + RunFloats;
        for (int group = 0; group < groups.Length; group++)
        {
            for (int image = 0; image < images; image++)
            {
                float* source = input + (image * inputStride);
                if (groups.Length > 1)
                {
                    KernelWindow.CopyGroup(shape, source, steps: 1, group, part);
                    source = part;
                }
                Find(source, lists + (image * ListLength));
            }
            float* target = output + (group * shape.GroupOutputs);
            for (int first = 0, end; first < shape.GroupOutputs; first = end)
            {
                end = groups[group].CachedEnd(first, PanelProduct<TWide>.SidePanels);
                for (int image = 0; image < images; image++)
                {
                    Places(groups[group], first, end, lists + (image * ListLength), runs,
                        target + (image * outputStride), scratch);
                }
            }
        }
    }

    // Of one step all inputs are constant: their list and its values are filled, and no other.
    private void Find(float* source, float* list)
    {
        ActiveInputs active = ActiveInputs.Find<TLanes>(source, timeSteps: 1, GroupSize, list + Starts);
        KernelWindow.FindStarts(shape, active.Constant, active.ConstantCount, (int*)list);
    }

    private int Starts => shape.InputPixels + 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Places(PanelWeights<TLanes, TWide> weights, int first, int end, float* list, ActiveRun* runs,
        float* output, float* overhang)
    {
        int channels = shape.Layer.OutputChannels;
        ActiveInputs active = ActiveInputs.At(list + Starts, timeSteps: 1, GroupSize);
        float* place = output + first;
        for (int y = 0; y < shape.Output.Height; y++)
        {
            for (int x = 0; x < shape.Output.Width; x++, place += channels)
            {
                int count = KernelWindow.FindRuns(
                    shape, y, x, active.Constant, (int*)list, active.ConstantValues, valueStride: 1, runs);
                weights.FromOneStep(first, end, runs, count, place, overhang);
            }
        }
    }
}
