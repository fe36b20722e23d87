using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Int8;

/// <summary>
/// The sums of a panel's codes over groups of inputs that spike at the same steps, for up to six time steps at once.
/// They are whole numbers: 16 bits while they cannot overflow, then 32, so that no order of the inputs changes them.
/// </summary>
internal static unsafe class Int8GroupSums
{
    private const int Width = Int8Panels.Width;

    // 256 times the largest code stays within 16 bits.
    private const int SafeInputs = 256;

    private const int MaskLanes = 16;

    private static readonly AlignedFloats Masks = FillMasks();

    /// <summary>Computes sums[t] = sum over the groups that spike at step t of their codes.</summary>
    /// <param name="codes">[inputs, Width].</param>
    /// <param name="groups">None of them empty.</param>
    /// <param name="count">Number of groups.</param>
    /// <param name="steps">Number of steps, 1 to <see cref="SpikePatterns.MaxSteps"/>.</param>
    /// <param name="sums">[steps, Width].</param>
    public static void Run(sbyte* codes, ActiveRun* groups, int count, int steps, int* sums)
    {
        new Span<int>(sums, steps * Width).Clear();
        switch (steps)
        {
            case 1: One(codes, groups, count, sums); break;
            case 2: Two(codes, groups, count, sums); break;
            case 3: Three(codes, groups, count, sums); break;
            case 4: Four(codes, groups, count, sums); break;
            case 5: Five(codes, groups, count, sums); break;
            case 6: Six(codes, groups, count, sums); break;
            default: throw new ArgumentOutOfRangeException(nameof(steps));
        }
    }

    // For each pattern and step 16 lanes of ones or zeros.
    private static AlignedFloats FillMasks()
    {
        var masks = new AlignedFloats(SpikePatterns.Count * SpikePatterns.MaxSteps * MaskLanes / 2);
        for (int i = 0; i < SpikePatterns.Count * SpikePatterns.MaxSteps * MaskLanes; i++)
        {
            (int pattern, int step) = Math.DivRem(i / MaskLanes, SpikePatterns.MaxSteps);
            ((short*)masks.Pointer)[i] = (short)-(pattern >> step & 1);
        }
        return masks;
    }

    // Not inlined: six of these bodies in one method are more than the compiler is ready to optimize.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void One(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 1, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Two(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 2, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Three(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 3, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Four(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 4, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Five(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 5, sums);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Six(sbyte* codes, ActiveRun* groups, int count, int* sums) =>
        Groups(codes, groups, count, 6, sums);

    // Inlined with a constant number of steps: the conditions go, and the sums live in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Groups(sbyte* codes, ActiveRun* groups, int count, int steps, int* sums)
    {
        Vector256<short> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default,
            a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        float* patterns = SpikePatterns.Values(0);
        int left = SafeInputs;
        for (ActiveRun* group = groups; group < groups + count; group++)
        {
            short* masks = (short*)Masks.Pointer + ((group->Values - patterns) * MaskLanes);
            int* input = group->Inputs, end = input + group->Count;
            while (input < end)
            {
                int* until = end - input > left ? input + left : end;
                left -= (int)(until - input);
                Vector256<short> a = default, b = default;
                for (; input < until; input++)
                {
                    sbyte* weights = codes + ((long)*input * Width);
                    a += Widen(weights);
                    b += Widen(weights + MaskLanes);
                }
                Add(ref a0, ref b0, a, b, masks);
                if (steps > 1) { Add(ref a1, ref b1, a, b, masks + (1 * MaskLanes)); }
                if (steps > 2) { Add(ref a2, ref b2, a, b, masks + (2 * MaskLanes)); }
                if (steps > 3) { Add(ref a3, ref b3, a, b, masks + (3 * MaskLanes)); }
                if (steps > 4) { Add(ref a4, ref b4, a, b, masks + (4 * MaskLanes)); }
                if (steps > 5) { Add(ref a5, ref b5, a, b, masks + (5 * MaskLanes)); }
                if (left == 0 || (input == end && group == groups + count - 1))
                {
                    Move(ref a0, ref b0, sums);
                    if (steps > 1) { Move(ref a1, ref b1, sums + (1 * Width)); }
                    if (steps > 2) { Move(ref a2, ref b2, sums + (2 * Width)); }
                    if (steps > 3) { Move(ref a3, ref b3, sums + (3 * Width)); }
                    if (steps > 4) { Move(ref a4, ref b4, sums + (4 * Width)); }
                    if (steps > 5) { Move(ref a5, ref b5, sums + (5 * Width)); }
                    left = SafeInputs;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Widen(sbyte* weights)
    {
        (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(Vector128.Load(weights));
        return System.Runtime.Intrinsics.X86.Avx2.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx2.ConvertToVector256Int16(weights)
            : Vector256.Create(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector256<short> toA, ref Vector256<short> toB, Vector256<short> a, Vector256<short> b,
        short* masks)
    {
        Vector256<short> mask = Vector256.Load(masks);
        toA += a & mask;
        toB += b & mask;
    }

    /// <summary>Adds sums of 16 bits to those of 32, and begins anew.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ref Vector256<short> a, ref Vector256<short> b, int* sums)
    {
        (Vector256<int> lower, Vector256<int> upper) = Vector256.Widen(a);
        (Vector256.Load(sums) + lower).Store(sums);
        (Vector256.Load(sums + 8) + upper).Store(sums + 8);
        (lower, upper) = Vector256.Widen(b);
        (Vector256.Load(sums + 16) + lower).Store(sums + 16);
        (Vector256.Load(sums + 24) + upper).Store(sums + 24);
        a = b = default;
    }
}
