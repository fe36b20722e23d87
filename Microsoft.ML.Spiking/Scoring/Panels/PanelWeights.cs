using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>
/// The weights from all inputs to all outputs, cut along the outputs into wide panels and, at the end, narrow ones. The
/// weights of a panel lie together, [inputs, width]; those of outputs that are missing in the last panel are 0.
/// </summary>
internal sealed unsafe class PanelWeights<TLanes, TWide>
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    // Floats: 256 KB.
    private const int CachedWeights = 1 << 16;

    private const int PackedInputs = 32;

    private readonly int _inputs;
    private readonly int _outputs;
    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _bias;

    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="inputs">Inputs that an output sums.</param>
    public PanelWeights(ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int inputs)
    {
        _inputs = inputs;
        _outputs = bias.Length;
        int padded = _outputs + Width(0);
        _bias = new AlignedFloats(padded);
        bias.CopyTo(new Span<float>(_bias.Pointer, _outputs));
        _weights = new AlignedFloats((long)inputs * padded);
        for (int first = 0; first < _outputs; first += Width(first))
        {
            Pack(weights, first);
        }
    }

    /// <summary>Makes the weights of each group of a convolution.</summary>
    public static PanelWeights<TLanes, TWide>[] OfGroups(ConvolutionShape shape, FoldedWeights weights)
    {
        var groups = new PanelWeights<TLanes, TWide>[shape.Groups];
        for (int group = 0; group < groups.Length; group++)
        {
            var bias = new ReadOnlySpan<float>(weights.Bias, group * shape.GroupOutputs, shape.GroupOutputs);
            groups[group] = new(shape.GroupWeights(weights.Weight, group), bias, shape.KernelSize);
        }
        return groups;
    }

    /// <summary>
    /// Gets the floats of working memory: a panel that extends beyond the last output, for each step.
    /// </summary>
    public static int OverhangLength => PanelProduct<TWide>.MaxSteps * TWide.Width;

    /// <summary>Returns the width of the panel that starts at output <paramref name="first"/>.</summary>
    public int Width(int first) => _outputs - first >= TWide.Width ? TWide.Width : TLanes.Count;

    /// <summary>
    /// Returns the end of the panels from output <paramref name="first"/> on whose weights stay in the second cache
    /// together.
    /// </summary>
    /// <param name="first">The first panel's first output.</param>
    /// <param name="least">Wide panels that are taken in any case, where there are as many.</param>
    public int CachedEnd(int first, int least = 1)
    {
        int end = first, most = Math.Max(least * TWide.Width, CachedWeights / _inputs);
        while (end < _outputs && end + Width(end) - first <= most)
        {
            end += Width(end);
        }
        return end;
    }

    /// <summary>Returns the bias of the panel that starts at output <paramref name="first"/>.</summary>
    public float* Bias(int first) => _bias.Pointer + first;

    /// <summary>Computes one panel from the active inputs, for several steps at once.</summary>
    /// <param name="first">The panel's first output.</param>
    /// <param name="start">The panel that the products are added to, such as <see cref="Bias"/>.</param>
    /// <param name="runs">The active inputs.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="valueOffset">The first of the steps.</param>
    /// <param name="valueStride">From one input's values to the next's.</param>
    /// <param name="steps">Number of steps, at most <see cref="PanelProduct{TPanel}.MaxSteps"/>.</param>
    /// <param name="output">Takes the panel at the first step; the others follow by <paramref name="stride"/>.</param>
    /// <param name="stride">From one step's outputs to the next.</param>
    /// <param name="overhang"><see cref="OverhangLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FromActive(int first, float* start, ActiveRun* runs, int runCount, int valueOffset, int valueStride,
        int steps, float* output, int stride, float* overhang)
    {
        bool fits = Fits(first);
        float* target = fits ? output : overhang;
        int targetStride = fits ? stride : Width(first);
        Product(first, start, runs, runCount, valueOffset, valueStride, steps, target, targetStride);
        if (!fits)
        {
            Unload(first, overhang, steps, output, stride);
        }
    }

    /// <summary>
    /// Computes the panels from one output on to another from the active inputs of one step, some side by side.
    /// </summary>
    /// <param name="first">The first panel's first output.</param>
    /// <param name="end">The end of the last panel.</param>
    /// <param name="runs">The active inputs, with one value each.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="output">Takes the outputs of the first panel; the others follow.</param>
    /// <param name="overhang"><see cref="OverhangLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FromOneStep(int first, int end, ActiveRun* runs, int runCount, float* output, float* overhang)
    {
        int side = PanelProduct<TWide>.SidePanels * TWide.Width, from = first;
        for (; first + side <= end && first + side <= _outputs; first += side)
        {
            PanelProduct<TWide>.Side(_weights.Pointer + ((long)first * _inputs), (long)_inputs * TWide.Width,
                Bias(first), runs, runCount, output + first - from);
        }
        for (; first < end; first += Width(first))
        {
            FromActive(first, Bias(first), runs, runCount, valueOffset: 0, valueStride: 1, steps: 1,
                output + first - from, stride: 0, overhang);
        }
    }

    /// <summary>
    /// Adds the products of inputs that are the same at every step to the bias: a panel to start from.
    /// </summary>
    /// <param name="first">The panel's first output.</param>
    /// <param name="runs">Those inputs, with one value each.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="panel">Takes the whole panel.</param>
    public void FromConstant(int first, ActiveRun* runs, int runCount, float* panel) =>
        Product(first, Bias(first), runs, runCount, valueOffset: 0, valueStride: 1, steps: 1, panel, stride: 0);

    /// <summary>
    /// Computes one panel from groups of inputs that spike at the same steps, for several steps at once.
    /// </summary>
    /// <param name="first">The panel's first output.</param>
    /// <param name="groups">The inputs.</param>
    /// <param name="count">Number of groups.</param>
    /// <param name="steps">Number of steps, at most <see cref="SpikePatterns.MaxSteps"/>.</param>
    /// <param name="output">Takes the panel at the first step; the others follow by <paramref name="stride"/>.</param>
    /// <param name="stride">From one step's outputs to the next.</param>
    /// <param name="overhang"><see cref="OverhangLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FromGroups(
        int first, ActiveRun* groups, int count, int steps, float* output, int stride, float* overhang)
    {
        float* weights = _weights.Pointer + ((long)first * _inputs);
        bool fits = Fits(first);
        float* target = fits ? output : overhang;
        int targetStride = fits ? stride : Width(first);
        if (Width(first) == TWide.Width)
        {
            GroupProduct<TWide>.Run(weights, Bias(first), groups, count, steps, target, targetStride);
        }
        else
        {
            GroupProduct<Panel1<TLanes>>.Run(weights, Bias(first), groups, count, steps, target, targetStride);
        }
        if (!fits)
        {
            Unload(first, overhang, steps, output, stride);
        }
    }

    /// <summary>Computes one panel from rows of inputs, for several pixels at once.</summary>
    /// <param name="first">The panel's first output.</param>
    /// <param name="work">The inputs.</param>
    /// <param name="pixels">Number of pixels, at most <see cref="PanelProduct{TPanel}.MaxSteps"/>.</param>
    /// <param name="output">Takes the panel at the first pixel; the others follow by <paramref name="stride"/>.</param>
    /// <param name="stride">From one pixel's outputs to the next.</param>
    /// <param name="overhang"><see cref="OverhangLength"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void FromPixels(int first, in PixelRows work, int pixels, float* output, int stride, float* overhang)
    {
        float* weights = _weights.Pointer + ((long)first * _inputs), bias = _bias.Pointer + first;
        bool fits = Fits(first);
        float* target = fits ? output : overhang;
        int targetStride = fits ? stride : Width(first);
        if (Width(first) == TWide.Width)
        {
            PixelProduct<TWide>.Run(weights, bias, in work, pixels, target, targetStride);
        }
        else
        {
            PixelProduct<Panel1<TLanes>>.Run(weights, bias, in work, pixels, target, targetStride);
        }
        if (!fits)
        {
            Unload(first, overhang, pixels, output, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Product(int first, float* start, ActiveRun* runs, int runCount, int valueOffset, int valueStride,
        int steps, float* output, int stride)
    {
        float* weights = _weights.Pointer + ((long)first * _inputs);
        if (Width(first) == TWide.Width)
        {
            PanelProduct<TWide>.Run(weights, start, runs, runCount, valueOffset, valueStride, steps, output, stride);
        }
        else
        {
            PanelProduct<Panel1<TLanes>>.Run(
                weights, start, runs, runCount, valueOffset, valueStride, steps, output, stride);
        }
    }

    private bool Fits(int first) => first + Width(first) <= _outputs;

    private void Unload(int first, float* overhang, int steps, float* output, int stride)
    {
        int left = _outputs - first;
        for (int t = 0; t < steps; t++)
        {
            var source = new Span<float>(overhang + (t * Width(first)), left);
            source.CopyTo(new Span<float>(output + ((long)t * stride), left));
        }
    }

    private void Pack(ReadOnlySpan<float> weights, int first)
    {
        int width = Width(first);
        float* panel = _weights.Pointer + ((long)first * _inputs);
        int end = Math.Min(first + width, _outputs);
        // The part written for some inputs stays in the first cache until all outputs have been written.
        for (int from = 0; from < _inputs; from += PackedInputs)
        {
            int to = Math.Min(from + PackedInputs, _inputs);
            for (int o = first; o < end; o++)
            {
                ReadOnlySpan<float> row = weights.Slice(checked(o * _inputs) + from, to - from);
                float* target = panel + ((long)from * width) + o - first;
                for (int i = 0; i < row.Length; i++, target += width)
                {
                    *target = row[i];
                }
            }
        }
    }
}
