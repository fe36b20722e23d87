using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Scoring.Panels;

namespace Microsoft.ML.Spiking.Scoring.Spikes;

/// <summary>
/// The product of a panel's weights with groups of inputs that spike at the same steps, for up to six time steps at
/// once: the weights of a group are summed, and the sum goes to its steps.
/// </summary>
internal static unsafe class GroupProduct<TPanel> where TPanel : unmanaged, IPanel<TPanel>
{
    /// <summary>Computes output[t] = bias + sum over the groups of value[t] times the sum of its weights.</summary>
    /// <param name="weights">[inputs, width].</param>
    /// <param name="bias">[width].</param>
    /// <param name="groups">None of them empty.</param>
    /// <param name="count">Number of groups.</param>
    /// <param name="steps">Number of steps, 1 to <see cref="SpikePatterns.MaxSteps"/>.</param>
    /// <param name="output">[steps, outputStride].</param>
    /// <param name="outputStride">From one step's outputs to the next.</param>
    public static void Run(
        float* weights, float* bias, ActiveRun* groups, int count, int steps, float* output, int outputStride)
    {
        switch (steps)
        {
            case 1: One(weights, bias, groups, count, output, outputStride); break;
            case 2: Two(weights, bias, groups, count, output, outputStride); break;
            case 3: Three(weights, bias, groups, count, output, outputStride); break;
            case 4: Four(weights, bias, groups, count, output, outputStride); break;
            case 5: Five(weights, bias, groups, count, output, outputStride); break;
            case 6: Six(weights, bias, groups, count, output, outputStride); break;
            default: throw new ArgumentOutOfRangeException(nameof(steps));
        }
    }

    // Not inlined: six of these bodies in one method are more than the compiler is ready to optimize.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 1, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 2, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Three(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 3, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 4, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Five(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 5, y, yStride);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Six(float* w, float* b, ActiveRun* groups, int count, float* y, int yStride) =>
        Groups(w, b, groups, count, 6, y, yStride);

    // Inlined with a constant number of steps: the conditions go, and the sums live in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Groups(
        float* weights, float* bias, ActiveRun* groups, int count, int steps, float* output, int outputStride)
    {
        TPanel s0 = TPanel.Load(bias), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
        for (ActiveRun* group = groups; group < groups + count; group++)
        {
            int* input = group->Inputs, end = input + group->Count;
            TPanel sum = TPanel.Load(weights + ((long)*input * TPanel.Width));
            for (input++; input < end; input++)
            {
                sum = TPanel.Add(weights + ((long)*input * TPanel.Width), sum);
            }
            float* values = group->Values;
            s0 = TPanel.MultiplyAdd(sum, values[0], s0);
            if (steps > 1) { s1 = TPanel.MultiplyAdd(sum, values[1], s1); }
            if (steps > 2) { s2 = TPanel.MultiplyAdd(sum, values[2], s2); }
            if (steps > 3) { s3 = TPanel.MultiplyAdd(sum, values[3], s3); }
            if (steps > 4) { s4 = TPanel.MultiplyAdd(sum, values[4], s4); }
            if (steps > 5) { s5 = TPanel.MultiplyAdd(sum, values[5], s5); }
        }
        TPanel.Store(s0, output);
        if (steps > 1) { TPanel.Store(s1, output + (1L * outputStride)); }
        if (steps > 2) { TPanel.Store(s2, output + (2L * outputStride)); }
        if (steps > 3) { TPanel.Store(s3, output + (3L * outputStride)); }
        if (steps > 4) { TPanel.Store(s4, output + (4L * outputStride)); }
        if (steps > 5) { TPanel.Store(s5, output + (5L * outputStride)); }
    }
}
