using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches of a batch normalization over a batch. Addresses are on the device; statistics are those of each group:
/// a time step, or all of them.
/// </summary>
internal readonly unsafe struct NormLaunch
{
    // Threads that sum: enough to keep a device busy, each of them with enough values to be worth its sums.
    private const long SumThreads = 1 << 16;
    private const long LeastRows = 16;
    private const long MostLanes = 32;

    // Sums of a channel that one thread adds one after the other: launches are repeated until few are left.
    private const long Fold = 16;
    private const long FewSums = 8;

    private readonly CudaKernels _kernels;
    private readonly NormProgram _program;
    private readonly Extents _extents;
    private readonly Steps _steps;

    /// <param name="kernels">The device's kernels.</param>
    /// <param name="program">The program.</param>
    /// <param name="groups">Groups with statistics of their own: the number of steps, or 1.</param>
    /// <param name="steps">T; 1 where the values are the same at every step.</param>
    /// <param name="outer">Places of a step outside of channels.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="inner">Places of a step inside of channels; 1 where they are innermost.</param>
    public NormLaunch(
        CudaKernels kernels, NormProgram program, int groups, int steps, long outer, int channels, int inner)
    {
        (_kernels, _program) = (kernels, program);
        long columns = (long)groups * channels, places = outer * steps / groups, width = program.Width;
        long lanes = program.IsChannelsLast ? 1 : Math.Min(MostLanes, inner / width);
        long threads = columns * lanes / (program.IsChannelsLast ? width : 1);
        long most = program.IsChannelsLast ? (places + LeastRows - 1) / LeastRows : places;
        long rows = Math.Clamp(SumThreads / threads, 1, most), parts = rows * lanes;
        Parts = parts;
        long kept = parts, sums = parts;
        while (kept > FewSums)
        {
            kept = Folded(kept);
            sums += kept;
        }
        _extents = new()
        {
            Outer = places,
            Groups = (uint)groups,
            Channels = (uint)channels,
            Inner = (uint)inner,
            Rows = (uint)rows,
            Lanes = (uint)lanes,
            Kept = (uint)kept,
        };
        _steps = new()
        {
            N = outer * channels * inner,
            Stride = groups == 1 ? 0 : channels,
            Count = (uint)steps,
            Channels = (uint)channels,
            Inner = (uint)inner,
        };
        (Columns, Threads, ScratchDoubles) = (columns, threads * rows, 2 * columns * sums);
    }

    /// <summary>Number of groups times channels.</summary>
    public long Columns { get; }

    /// <summary>Number of double precision values of working memory.</summary>
    public long ScratchDoubles { get; }

    private long Parts { get; }

    private long Threads { get; }

    /// <summary>Computes the statistics and moves the running ones.</summary>
    /// <param name="values">The arriving values.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    /// <param name="results">Takes what the other launches need.</param>
    /// <param name="running">The running statistics; zeros to leave them.</param>
    /// <param name="rule">Settings.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchDoubles"/>.</param>
    public void Statistics(nint values, nint weight, nint bias, NormResults results,
        (nint Mean, nint Variance) running, NormRule rule, nint scratch)
    {
        Extents e = _extents;
        void** first = stackalloc void*[] { &values, &scratch, &e };
        _kernels.Launch(_program, "norm_sums", Threads, first);
        nint sums = Fewer(scratch), constants = results.Constants, exact = results.Exact, moved = results.Moved;
        (nint mean, nint variance) = running;
        void** last = stackalloc void*[]
            { &values, &sums, &weight, &bias, &constants, &exact, &moved, &mean, &variance, &e, &rule };
        _kernels.Launch(_program, "norm_statistics", e.Channels, last);
    }

    /// <summary>Normalizes.</summary>
    /// <param name="values">The arriving values.</param>
    /// <param name="output">Takes the normalized values.</param>
    /// <param name="results">What <see cref="Statistics"/> has left.</param>
    public void Apply(nint values, nint output, NormResults results)
    {
        Steps s = _steps;
        nint scale = results.Constants, shift = scale + (nint)(Columns * sizeof(float));
        void** arguments = stackalloc void*[] { &values, &output, &scale, &shift, &s };
        _kernels.Launch(_program, "norm_apply", s.N / _program.Width, arguments);
    }

    /// <summary>Propagates the gradient by the normalized values back.</summary>
    /// <param name="values">The values that arrived.</param>
    /// <param name="upstream">The gradient by the normalized values.</param>
    /// <param name="gradient">Takes the gradient by the arriving values.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="results">What <see cref="Statistics"/> has left.</param>
    /// <param name="parameters">Take the gradients by weight and bias.</param>
    /// <param name="combination">Working memory of 3 float32 for each of <see cref="Columns"/>.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchDoubles"/>.</param>
    public void Backward(nint values, nint upstream, nint gradient, nint weight, NormResults results,
        (nint Weight, nint Bias) parameters, nint combination, nint scratch)
    {
        Extents e = _extents;
        Steps s = _steps;
        long columns = Columns;
        nint means = results.Constants + (nint)(2 * columns * sizeof(float)), exact = results.Exact;
        void** first = stackalloc void*[] { &values, &upstream, &means, &scratch, &e };
        _kernels.Launch(_program, "norm_gradient_sums", Threads, first);
        nint sums = Fewer(scratch);
        (nint byWeight, nint byBias) = parameters;
        void** last = stackalloc void*[] { &sums, &exact, &weight, &combination, &byWeight, &byBias, &e };
        _kernels.Launch(_program, "norm_gradients", e.Channels, last);
        void** arguments = stackalloc void*[] { &values, &upstream, &gradient, &combination, &columns, &s };
        _kernels.Launch(_program, "norm_combine", s.N / _program.Width, arguments);
    }

    /// <summary>Returns the normalization as neurons apply it.</summary>
    public DeviceChannels Channels(NormResults results) => new()
    {
        Scale = results.Constants,
        Shift = results.Constants + (nint)(Columns * sizeof(float)),
        Step = _steps.Stride,
        Count = _steps.Channels,
        Inner = _steps.Inner,
    };

    private static long Folded(long sums) => (sums + Fold - 1) / Fold;

    // Adds sums, behind which there is room, until few are left.
    private nint Fewer(nint sums)
    {
        Extents e = _extents;
        nint fewer;
        uint parts, kept;
        void** arguments = stackalloc void*[] { &sums, &fewer, &e, &parts, &kept };
        for (long count = Parts; count > FewSums; count = kept)
        {
            (parts, kept) = ((uint)count, (uint)Folded(count));
            fewer = sums + (nint)(2 * Columns * count * sizeof(double));
            _kernels.Launch(_program, "norm_sums_next", Columns * kept, arguments);
            sums = fewer;
        }
        return sums;
    }

    /// <summary>The structure Extents of norm.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Extents
    {
        public long Outer;
        public uint Groups;
        public uint Channels;
        public uint Inner;
        public uint Rows;
        public uint Lanes;
        public uint Kept;
    }

    /// <summary>The structure Steps of norm.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Steps
    {
        public long N;
        public long Stride;
        public uint Count;
        public uint Channels;
        public uint Inner;
    }
}

/// <summary>The addresses of what <see cref="NormLaunch.Statistics"/> leaves.</summary>
/// <param name="Constants">[3, groups, channels], float32: scale, shift and mean.</param>
/// <param name="Exact">[groups, channels, 2], double precision: mean and 1 / sqrt(variance + epsilon).</param>
/// <param name="Moved">[2, channels], float32: what the moves add to the running mean and variance.</param>
internal readonly record struct NormResults(nint Constants, nint Exact, nint Moved);

/// <summary>The structure Rule of norm.cu.</summary>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Momentum">The share of each group's statistics in the running ones.</param>
/// <param name="Unbiased">The factor of the variance in the running one.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NormRule(double Epsilon, double Momentum, double Unbiased);
