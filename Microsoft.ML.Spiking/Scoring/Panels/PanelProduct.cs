using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Panels;

/// <summary>
/// The product of a panel's weights with the active inputs, for up to six time steps at once: each weight is loaded
/// once and updates the sums of all steps in registers.
/// </summary>
internal static unsafe class PanelProduct<TPanel> where TPanel : unmanaged, IPanel<TPanel>
{
    /// <summary>The most steps that <see cref="Run"/> takes at once.</summary>
    public const int MaxSteps = 6;

    /// <summary>The panels that <see cref="Side"/> takes at once.</summary>
    public const int SidePanels = 4;

    /// <summary>Computes output[t] = bias + sum over the active inputs of weights value[t].</summary>
    /// <param name="weights">[inputs, width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="runs">The active inputs.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="valueOffset">The first of these steps.</param>
    /// <param name="valueStride">From one input's values to the next's.</param>
    /// <param name="steps">Number of steps, 1 to <see cref="MaxSteps"/>.</param>
    /// <param name="output">[steps, outputStride].</param>
    /// <param name="outputStride">From one step's outputs to the next.</param>
    public static void Run(float* weights, float* bias, ActiveRun* runs, int runCount, int valueOffset,
        int valueStride, int steps, float* output, int outputStride)
    {
        switch (steps)
        {
            case 1: One(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            case 2: Two(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            case 3: Three(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            case 4: Four(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            case 5: Five(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            case 6: Six(weights, bias, runs, runCount, valueOffset, valueStride, output, outputStride); break;
            default: throw new ArgumentOutOfRangeException(nameof(steps));
        }
    }

    /// <summary>
    /// Computes output = bias + sum over the active inputs of weights value for one step and several panels side by
    /// side, so that the sums of one do not wait for those of another.
    /// </summary>
    /// <param name="weights">The first panel's, [inputs, width].</param>
    /// <param name="panelStride">From one panel's weights to the next's.</param>
    /// <param name="bias">[<see cref="SidePanels"/> width].</param>
    /// <param name="runs">The active inputs, with one value each.</param>
    /// <param name="runCount">Number of runs.</param>
    /// <param name="output">[<see cref="SidePanels"/> width].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Side(
        float* weights, long panelStride, float* bias, ActiveRun* runs, int runCount, float* output)
    {
        TPanel s0 = TPanel.Load(bias), s1 = TPanel.Load(bias + TPanel.Width);
        TPanel s2 = TPanel.Load(bias + (2 * TPanel.Width)), s3 = TPanel.Load(bias + (3 * TPanel.Width));
        for (ActiveRun* run = runs; run < runs + runCount; run++)
        {
            float* runWeights = weights + (run->WeightOffset * TPanel.Width);
            float* value = run->Values;
            int* end = run->Inputs + run->Count;
            for (int* active = run->Inputs; active < end; active++, value++)
            {
                float* w = runWeights + ((long)*active * TPanel.Width);
                s0 = TPanel.MultiplyAdd(TPanel.Load(w), *value, s0);
                s1 = TPanel.MultiplyAdd(TPanel.Load(w + panelStride), *value, s1);
                s2 = TPanel.MultiplyAdd(TPanel.Load(w + (2 * panelStride)), *value, s2);
                s3 = TPanel.MultiplyAdd(TPanel.Load(w + (3 * panelStride)), *value, s3);
            }
        }
        TPanel.Store(s0, output);
        TPanel.Store(s1, output + TPanel.Width);
        TPanel.Store(s2, output + (2 * TPanel.Width));
        TPanel.Store(s3, output + (3 * TPanel.Width));
    }

    // Not inlined: six of these bodies in one method are more than the compiler is ready to optimize.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 1, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 2, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Three(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 3, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 4, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Five(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 5, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Six(
        float* w, float* b, ActiveRun* runs, int count, int offset, int stride, float* y, int yStride) =>
        Steps(w, b, runs, count, offset, stride, 6, y, yStride);

    // Inlined with a constant number of steps: the conditions go, and the sums live in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps(float* weights, float* bias, ActiveRun* runs, int runCount, int valueOffset,
        int valueStride, int steps, float* output, int outputStride)
    {
        TPanel s0 = TPanel.Load(bias), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        for (ActiveRun* run = runs; run < runs + runCount; run++)
        {
            float* runWeights = weights + (run->WeightOffset * TPanel.Width);
            float* values = run->Values + valueOffset;
            int* end = run->Inputs + run->Count;
            for (int* active = run->Inputs; active < end; active++)
            {
                TPanel w = TPanel.Load(runWeights + ((long)*active * TPanel.Width));
                s0 = TPanel.MultiplyAdd(w, values[0], s0);
                if (steps > 1) { s1 = TPanel.MultiplyAdd(w, values[1], s1); }
                if (steps > 2) { s2 = TPanel.MultiplyAdd(w, values[2], s2); }
                if (steps > 3) { s3 = TPanel.MultiplyAdd(w, values[3], s3); }
                if (steps > 4) { s4 = TPanel.MultiplyAdd(w, values[4], s4); }
                if (steps > 5) { s5 = TPanel.MultiplyAdd(w, values[5], s5); }
                values += valueStride;
            }
        }
        TPanel.Store(s0, output);
        if (steps > 1) { TPanel.Store(s1, output + outputStride); }
        if (steps > 2) { TPanel.Store(s2, output + (2L * outputStride)); }
        if (steps > 3) { TPanel.Store(s3, output + (3L * outputStride)); }
        if (steps > 4) { TPanel.Store(s4, output + (4L * outputStride)); }
        if (steps > 5) { TPanel.Store(s5, output + (5L * outputStride)); }
    }
}
