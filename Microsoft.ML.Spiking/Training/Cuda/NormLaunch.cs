using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches of a batch normalization over a batch. Addresses are on the device; statistics are those of each group:
/// a time step, or all of them.
/// </summary>
internal readonly unsafe struct NormLaunch
{
    // Blocks that sum: as many threads as a large card has room for, if each of them has a few places.
    private const long SumBlocks = 1024;
    private const long LeastPlaces = 8;

    // Channels of a block that sums where they are innermost: what a warp reads lies side by side.
    private const long MostChannels = 64;
    private const long MostLanes = 64;

    // FEW of norm.cu: channels of a block that adds what the blocks have summed.
    private const long ChannelsOfLast = 2;

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
        long places = outer * steps / groups;
        _extents = ExtentsOf(program, groups, places, channels, inner);
        _steps = new()
        {
            N = outer * channels * inner,
            Stride = groups == 1 ? 0 : channels,
            Count = (uint)steps,
            Channels = (uint)channels,
            Inner = (uint)inner,
        };
        Columns = (long)groups * channels;
        ScratchDoubles = 2 * Columns * _extents.Parts;
    }

    /// <summary>Number of groups times channels.</summary>
    public long Columns { get; }

    /// <summary>Number of double precision values of working memory.</summary>
    public long ScratchDoubles { get; }

    private long SumThreads =>
        NeuronProgram.BlockSize * (long)_extents.Tiles * _extents.Parts * _extents.Groups;

    private long LastThreads => NeuronProgram.BlockSize * Shares(_extents.Channels, ChannelsOfLast);

    /// <summary>Computes the statistics and moves the running ones.</summary>
    /// <param name="values">The arriving values.</param>
    /// <param name="weight">[channels].</param>
    /// <param name="bias">[channels].</param>
    /// <param name="results">Takes what the other launches need.</param>
    /// <param name="running">The running statistics; zeros to leave them.</param>
    /// <param name="rule">Settings.</param>
    /// <param name="scratch">Working memory of <see cref="ScratchDoubles"/>.</param>
    /// <param name="offsets">
    /// Two arrays of [channels], which the means of the values have on top for the running mean, and only for it; zeros
    /// for none.
    /// </param>
    public void Statistics(nint values, nint weight, nint bias, NormResults results,
        (nint Mean, nint Variance) running, NormRule rule, nint scratch, (nint First, nint Second) offsets = default)
    {
        Sum(values, scratch);
        Extents e = _extents;
        (nint constants, nint exact, nint moved) = results;
        (nint mean, nint variance) = running;
        (nint offset, nint offset2) = offsets;
        void** arguments = stackalloc void*[]
        {
            &values, &scratch, &weight, &bias, &constants, &exact, &moved, &mean, &variance, &offset, &offset2, &e,
            &rule,
        };
        _kernels.Launch(_program, "norm_statistics", LastThreads, arguments);
    }

    /// <summary>The first part of <see cref="Statistics"/>: the sums of each block.</summary>
    public void Sum(nint values, nint scratch)
    {
        Extents e = _extents;
        void** arguments = stackalloc void*[] { &values, &scratch, &e };
        _kernels.Launch(_program, "norm_sums", SumThreads, arguments);
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
    /// <param name="accumulates">Whether the gradients by weight and bias are added to what is there.</param>
    /// <param name="largest">See <see cref="Combine"/>.</param>
    public void Backward(nint values, nint upstream, nint gradient, nint weight, NormResults results,
        (nint Weight, nint Bias) parameters, nint combination, nint scratch, bool accumulates = false,
        nint largest = 0)
    {
        SumGradients(values, upstream, results, scratch);
        Extents e = _extents;
        nint exact = results.Exact;
        (nint byWeight, nint byBias) = parameters;
        int adds = accumulates ? 1 : 0;
        void** arguments = stackalloc void*[]
            { &scratch, &exact, &weight, &combination, &byWeight, &byBias, &adds, &e };
        _kernels.Launch(_program, "norm_gradients", LastThreads, arguments);
        Combine(values, upstream, gradient, combination, largest);
    }

    /// <summary>The first part of <see cref="Backward"/>: the sums of each block.</summary>
    public void SumGradients(nint values, nint upstream, NormResults results, nint scratch)
    {
        Extents e = _extents;
        nint means = results.Constants + (nint)(2 * Columns * sizeof(float));
        void** arguments = stackalloc void*[] { &values, &upstream, &means, &scratch, &e };
        _kernels.Launch(_program, "norm_gradient_sums", SumThreads, arguments);
    }

    /// <summary>The last part of <see cref="Backward"/>: the gradient by the arriving values.</summary>
    /// <param name="values">The values that arrived.</param>
    /// <param name="upstream">The gradient by the normalized values.</param>
    /// <param name="gradient">Takes the gradient by the arriving values.</param>
    /// <param name="combination">As <see cref="Backward"/> has left it.</param>
    /// <param name="largest">
    /// A word that is raised to the bits of the gradient's largest magnitude, in float32; zero for none.
    /// </param>
    public void Combine(nint values, nint upstream, nint gradient, nint combination, nint largest = 0)
    {
        Steps s = _steps;
        long columns = Columns;
        void** arguments = stackalloc void*[] { &values, &upstream, &gradient, &combination, &columns, &s, &largest };
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

    // Which block and thread adds what; it depends on the shape alone.
    private static Extents ExtentsOf(NormProgram program, int groups, long places, int channels, int inner)
    {
        bool isLast = program.IsChannelsLast;
        long vectors = channels / (isLast ? program.Width : 1), positions = isLast ? 1 : inner / program.Width;
        long lanes = Evenly(positions, MostLanes);
        // Small images leave room for neighbouring channels.
        long columns = Evenly(vectors, isLast
            ? MostChannels / program.Width
            : Math.Max(1, NeuronProgram.BlockSize / (lanes * Shares(places, LeastPlaces))));
        long lines = NeuronProgram.BlockSize / (lanes * columns), tiles = Shares(vectors, columns);
        long most = Math.Min(
            Shares(places, lines), Shares(places * Shares(positions, lanes), lines * LeastPlaces));
        long parts = Math.Clamp(SumBlocks / (tiles * groups), 1, most);
        return new()
        {
            Outer = places,
            Groups = (uint)groups,
            Channels = (uint)channels,
            Inner = (uint)inner,
            Columns = (uint)columns,
            Tiles = (uint)tiles,
            Lanes = (uint)lanes,
            Lines = (uint)lines,
            Parts = (uint)parts,
        };
    }

    private static long Shares(long number, long share) => (number + share - 1) / share;

    // The least share of at most so many with which there are as few shares.
    private static long Evenly(long number, long most) => Shares(number, Shares(number, most));

    /// <summary>The structure Extents of norm.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Extents
    {
        public long Outer;
        public uint Groups;
        public uint Channels;
        public uint Inner;
        public uint Columns;
        public uint Tiles;
        public uint Lanes;
        public uint Lines;
        public uint Parts;
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
