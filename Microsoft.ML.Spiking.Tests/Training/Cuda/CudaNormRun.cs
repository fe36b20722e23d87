using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// One forward and backward run of the CUDA kernels of a batch normalization with neurons behind it, on this processor.
/// </summary>
internal static class CudaNormRun
{
    private static readonly CudaKernels Kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    /// <param name="test">The case.</param>
    /// <param name="values">Its arrays.</param>
    /// <param name="isHalf">Whether arrays are bfloat16.</param>
    /// <param name="byNormalized">Takes the place of the gradient by the normalized values; null for none.</param>
    /// <param name="isWide">
    /// Whether float32 is read as many values at a time as bfloat16, and so added in the same order.
    /// </param>
    public static NormOutcome Run(NormCase test, NormValues values, bool isHalf = false, float[]? byNormalized = null,
        bool isWide = false)
    {
        NormShape shape = test.Shape;
        int length = values.Input.Length, channels = shape.Channels;
        using var x = new CudaRun.Values(values.Input, isHalf);
        using var u = new CudaRun.Values(values.Upstream, isHalf);
        using var s = new CudaRun.Values(CudaRun.Poison(length), isHalf);
        using var y = new CudaRun.Values(CudaRun.Poison(length), isHalf);
        using var g = new CudaRun.Values(CudaRun.Poison(length), isHalf);
        var program = new NormProgram(
            NormProgram.WidthFor(shape.Neighbours, 8, isHalf || isWide), shape.IsChannelsLast, isHalf);
        var norm = new NormLaunch(
            Kernels, program, test.TimeSteps, test.TimeSteps, shape.Outer, channels, shape.Inner);
        using KernelRun.NativeFloats constants = Poison(3 * norm.Columns), exact = Poison(4 * norm.Columns),
            moved = Poison(2 * channels), scratch = Poison(2 * norm.ScratchDoubles),
            combination = Poison(3 * norm.Columns), byWeight = Poison(channels), byBias = Poison(channels),
            mean = new(values.Mean), variance = new(values.Variance), weight = new(values.Weight),
            bias = new(values.Bias), learned = new([test.Learned]), byLearned = Poison(1),
            derived = Poison(DeviceConstants.Size / 4), count = new([0, 0]);

        var results = new NormResults(Address(constants), Address(exact), Address(moved));
        norm.Statistics(x.Address, Address(weight), Address(bias), results, (Address(mean), Address(variance)),
            test.Rule, Address(scratch));
        NeuronLaunch Neurons(bool isBackward) => new(Kernels, test.Neurons(isBackward, isHalf),
            DeviceConstants.Of(test.Neuron), test.N, norm.Channels(results));
        NeuronLaunch neurons = Neurons(isBackward: false), backward = Neurons(isBackward: true);
        if (test.IsLearned)
        {
            neurons.Derive(Address(learned), Address(derived));
        }
        using KernelRun.NativeFloats work = Poison(backward.ScratchBytes / 4);
        neurons.Forward(x.Address, s.Address, Address(count), Address(derived));
        backward.Backward(
            x.Address, u.Address, y.Address, Address(derived), Address(work), Address(byLearned));
        using var given = new CudaRun.Values(byNormalized ?? y.ToArray(), isHalf);
        norm.Backward(x.Address, given.Address, g.Address, Address(weight), results,
            (Address(byWeight), Address(byBias)), Address(combination), Address(scratch));
        return new(s.ToArray(), g.ToArray(), byWeight.ToArray(), byBias.ToArray())
        {
            ByLearned = byLearned.ToArray()[0],
            ByNormalized = y.ToArray(),
            SpikeCount = BitConverter.SingleToInt32Bits(count.ToArray()[0]),
            Running = [.. mean.ToArray(), .. variance.ToArray()],
            Moved = moved.ToArray(),
        };
    }

    private static KernelRun.NativeFloats Poison(long length) => new(CudaRun.Poison((int)length));

    private static unsafe nint Address(KernelRun.NativeFloats memory) => (nint)memory.Pointer;
}

/// <summary>The shape of a step, and whether channels are innermost.</summary>
internal readonly record struct NormShape(int Rows, int Channels, int Height, int Width, bool IsChannelsLast)
{
    public int Area => Height * Width;

    public int Outer => IsChannelsLast ? Rows * Area : Rows;

    public int Inner => IsChannelsLast ? 1 : Area;

    public int Neighbours => IsChannelsLast ? Channels : Area;
}

/// <summary>A batch normalization by time step and the neurons behind it.</summary>
internal sealed record NormCase(SpikingNeuronDefinition Neuron, float Learned, int TimeSteps, NormShape Shape)
{
    public BatchNormLayer Layer { get; } = new("norm", Shape.Channels);

    public int N => Shape.Rows * Shape.Channels * Shape.Area;

    public bool IsLearned => Neuron.LearnedScalars.Count > 0;

    public NormRule Rule => new(Layer.Epsilon, Layer.Momentum, (double)Count / (Count - 1));

    public NeuronProgram Neurons(bool isBackward, bool isHalf) => NeuronProgram.Of(Neuron, TimeSteps,
        NeuronProgram.WidthFor(Neuron, TimeSteps, isBackward, isHalf, Shape.Neighbours, 8)) with
    {
        IsBackward = isBackward,
        HasHalfCurrent = isHalf,
        HasHalfSpikes = isHalf,
        Normalization = Shape.IsChannelsLast ? ProgramNormalization.ChannelsLast : ProgramNormalization.Planes,
    };

    private int Count => Shape.Rows * Shape.Area;

    /// <summary>Returns the channel of a value.</summary>
    public int ChannelOf(int at) => Shape.IsChannelsLast
        ? at % Shape.Channels
        : at / Shape.Area % Shape.Channels;

    /// <summary>Returns values, in the order of memory, as [T, N, channels, height, width].</summary>
    public Tensor Tensor(float[] values) => Shape.IsChannelsLast
        ? tensor(values, [TimeSteps, Shape.Rows, Shape.Height, Shape.Width, Shape.Channels]).permute(0, 1, 4, 2, 3)
        : tensor(values, [TimeSteps, Shape.Rows, Shape.Channels, Shape.Height, Shape.Width]);

    /// <summary>The reverse of <see cref="Tensor"/>.</summary>
    public float[] Flat(Tensor values) => Values(Shape.IsChannelsLast ? values.permute(0, 1, 3, 4, 2) : values);

    public static float[] Values(Tensor values) =>
        values.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}

/// <summary>The arrays of a case, in the order of memory.</summary>
internal sealed record NormValues(
    float[] Input, float[] Upstream, float[] Weight, float[] Bias, float[] Mean, float[] Variance)
{
    public static NormValues Random(Random random, NormCase test, bool isRounded = false)
    {
        int length = test.TimeSteps * test.N, channels = test.Shape.Channels;
        Func<float, float> round = isRounded ? CudaRun.Round : x => x;
        return new(
            [.. KernelCases.Uniform(random, length, -1, 4).Select((x, i) => round(x + test.ChannelOf(i)))],
            [.. KernelCases.Uniform(random, length, -1, 1).Select(round)],
            KernelCases.Uniform(random, channels, 0.5f, 1.5f), KernelCases.Uniform(random, channels, 0, 1),
            KernelCases.Uniform(random, channels, -1, 1), KernelCases.Uniform(random, channels, 0.5f, 2));
    }

    /// <summary>
    /// Returns whose spikes a rounding of the normalized values could decide, and lets no gradient come from there.
    /// </summary>
    public bool[] IgnoreDoubtful(NormCase test, double margin)
    {
        var reference = new ReferenceNeuron(test.Neuron, test.Learned, Normalized(test), test.TimeSteps);
        bool[] doubtful = [.. Enumerable.Range(0, test.N).Select(i => reference.IsDoubtful(i, margin))];
        for (int at = 0; at < Upstream.Length; at++)
        {
            Upstream[at] = doubtful[at % test.N] ? 0 : Upstream[at];
        }
        return doubtful;
    }

    // In double precision.
    private double[] Normalized(NormCase test)
    {
        double[] result = new double[Input.Length];
        for (int t = 0; t < test.TimeSteps; t++)
        {
            for (int c = 0; c < test.Shape.Channels; c++)
            {
                int[] own = [.. Enumerable.Range(t * test.N, test.N).Where(at => test.ChannelOf(at % test.N) == c)];
                double mean = own.Average(at => (double)Input[at]);
                double variance = own.Average(at => (Input[at] - mean) * (Input[at] - mean));
                double scale = Weight[c] / Math.Sqrt(variance + test.Layer.Epsilon);
                foreach (int at in own)
                {
                    result[at] = (scale * (Input[at] - mean)) + Bias[c];
                }
            }
        }
        return result;
    }
}

/// <summary>The results of a case, in the order of memory.</summary>
internal sealed record NormOutcome(float[] Spikes, float[] Gradient, float[] ByWeight, float[] ByBias)
{
    public float ByLearned { get; init; }

    public float[] ByNormalized { get; init; } = [];

    public long SpikeCount { get; init; }

    /// <summary>The running means, then variances.</summary>
    public float[] Running { get; init; } = [];

    /// <summary>The part that is added to what stays of them.</summary>
    public float[] Moved { get; init; } = [];
}
