using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// The kernels of norm.cu alone, run on this processor, beside the formulas in double precision: shapes of every kind,
/// offsets of the running mean, gradients that are added, and the launches of large shapes.
/// </summary>
[TestClass]
public sealed class CudaNormSumTests
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    // Groups, steps, outer, channels, inner, whether channels are innermost.
    public static IEnumerable<object[]> Shapes =>
    [
        [1, 1, 2, 1, 1, true], // as little as there can be
        [1, 1, 2, 1, 1, false],
        [1, 1, 1, 3, 2, false],
        [1, 1, 1, 300, 2, false], // a block without a sum of two threads
        [1, 1, 5, 70, 1, false],
        [2, 2, 3, 3, 1, true],
        [4, 4, 1031, 1, 1, true],
        [1, 1, 20_011, 3, 1, true], // constant input, of many blocks
        [1, 6, 700, 65, 1, true], // across time
        [6, 6, 130, 72, 1, true], // tiles of 5 and 4 vectors in bfloat16
        [6, 6, 9, 2048, 1, true],
        [64, 64, 33, 10, 1, true],
        [200, 200, 3, 5, 1, true], // more groups than a block adds at once
        [130, 130, 40, 2, 1, true],
        [1, 1, 3000, 1, 7, false],
        [3, 3, 2, 5, 1039, false], // 65 lanes are two rounds of 33
        [2, 2, 3, 4, 4096, false],
        [6, 6, 128, 24, 16, false], // 8 channels of a block in bfloat16
        [2, 2, 100, 7, 49, false],
        [64, 64, 2, 3, 8, false],
        [1, 4, 50, 30, 8, false],
    ];

    private static CudaKernels Kernels { get; } = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);

    [ClassInitialize]
    public static void Load(TestContext context)
    {
        if (OperatingSystem.IsLinux() && Tool.Find("g++") is not null)
        {
            HostCompiler.Prepare(
                from width in (int[])[1, 2, 4, 8]
                from isLast in (bool[])[true, false]
                from isHalf in (bool[])[true, false]
                select new NormProgram(width, isLast, isHalf));
        }
    }

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Launches_OfEveryShape_HaveTheFormulasResults(
        int groups, int steps, int outer, int channels, int inner, bool isChannelsLast)
    {
        var shape = new Shape(groups, steps, outer, channels, inner, isChannelsLast);
        foreach (bool isHalf in (bool[])[false, true])
        {
            var values = new Arrays(shape, new Random(51));
            Results found = Run(shape, values, isHalf), expected = Formulas(shape, values);

            string type = isHalf ? "bfloat16" : "float32";
            // Where two values are close they are multiplied by much, and the shift takes it back.
            double rounding = Math.Max(isHalf ? 1e-2 : 1e-5, 1e-6 * expected.Shift.Max(Math.Abs));
            AssertNear(expected.Scale, found.Scale, 1e-5, $"scale, {type}");
            AssertNear(expected.Shift, found.Shift, 1e-5, $"shift, {type}");
            AssertNear(expected.Running, found.Running, 1e-6, $"running statistics, {type}");
            AssertNear(expected.Moved, found.Moved, 1e-6, $"moves, {type}");
            AssertNear(expected.Normalized, found.Normalized, rounding, $"normalized, {type}");
            AssertNear(expected.ByWeight, found.ByWeight, 1e-5, $"gradient by the weight, {type}");
            AssertNear(expected.ByBias, found.ByBias, 1e-5, $"gradient by the bias, {type}");
            AssertNear(expected.Gradient, found.Gradient, rounding, $"gradient, {type}");
        }
    }

    [TestMethod]
    [DataRow(true, true)]
    [DataRow(false, true)]
    [DataRow(true, false)]
    public void Statistics_Offsets_MoveTheRunningMeanAlone(bool hasFirst, bool hasSecond)
    {
        var shape = new Shape(3, 3, 20, 7, 1, IsChannelsLast: true);
        var values = new Arrays(shape, new Random(52));
        float[] first = KernelCases.Uniform(new Random(53), shape.Channels, -2, 2);
        float[] second = KernelCases.Uniform(new Random(54), shape.Channels, -2, 2);

        Results without = Run(shape, values, isHalf: false);
        Results found = Run(shape, values, isHalf: false,
            offsets: (hasFirst ? first : null, hasSecond ? second : null));

        double share = 1 - Math.Pow(1 - Momentum, shape.Groups);
        for (int c = 0; c < shape.Channels; c++)
        {
            double offset = (hasFirst ? (double)first[c] : 0) + (hasSecond ? second[c] : 0);
            Assert.AreEqual(without.Running[c] + (share * offset), found.Running[c], 1e-6);
            Assert.AreEqual(without.Moved[c] + (share * offset), found.Moved[c], 1e-6);
        }
        Assert.AreSequenceEqual(without.Running[shape.Channels..], found.Running[shape.Channels..]);
        Assert.AreSequenceEqual(without.Moved[shape.Channels..], found.Moved[shape.Channels..]);
        AssertSame(without.Scale, found.Scale);
        AssertSame(without.Shift, found.Shift);
        AssertSame(without.Normalized, found.Normalized);
        AssertSame(without.Gradient, found.Gradient);
        AssertSame(without.ByWeight, found.ByWeight);
        AssertSame(without.ByBias, found.ByBias);
    }

    [TestMethod]
    public void Backward_Accumulates_AddsTheParametersGradients()
    {
        var shape = new Shape(2, 2, 20, 7, 1, IsChannelsLast: true);
        var values = new Arrays(shape, new Random(55));
        float[] byWeight = KernelCases.Uniform(new Random(56), shape.Channels, -2, 2);
        float[] byBias = KernelCases.Uniform(new Random(57), shape.Channels, -2, 2);

        Results once = Run(shape, values, isHalf: false);
        Results found = Run(shape, values, isHalf: false, there: (byWeight, byBias));

        AssertSame([.. byWeight.Zip(once.ByWeight, (a, b) => (double)(a + (float)b))], found.ByWeight);
        AssertSame([.. byBias.Zip(once.ByBias, (a, b) => (double)(a + (float)b))], found.ByBias);
        AssertSame(once.Gradient, found.Gradient);
    }

    /// <summary>Two launches forward and three backward; enough blocks where there is much to do.</summary>
    [TestMethod]
    [DataRow(6, 131_072, 64, 1, true, 1020)]
    [DataRow(6, 2048, 512, 1, true, 384)] // 8 places of each thread
    [DataRow(1, 786_432, 64, 1, true, 1024)]
    [DataRow(6, 128, 64, 1024, false, 768)]
    [DataRow(6, 8, 10, 1, true, 6)]
    public void Launches_ShapesOfNetworks_AreFewAndLarge(
        int groups, int outer, int channels, int inner, bool isChannelsLast, int blocks)
    {
        var driver = new HostDriver { IsIdle = true };
        var program = new NormProgram(
            NormProgram.WidthFor(isChannelsLast ? channels : inner, 8, isHalf: true), isChannelsLast, IsHalf: true);
        var norm = new NormLaunch(CudaKernels.Open(driver, new HostCompiler(), 0), program, groups, groups, outer,
            channels, inner);
        string[] Launched(Action launch)
        {
            driver.Calls.Clear();
            launch();
            return [.. driver.Calls.Where(call => call.StartsWith("cuLaunchKernel", StringComparison.Ordinal))];
        }

        string[] forward = Launched(() => norm.Statistics(0, 0, 0, default, default, default, 0));
        string[] backward = Launched(() => norm.Backward(0, 0, 0, 0, default, default, 0, 0));

        string sums = FormattableString.Invariant($"cuLaunchKernel({blocks}, 256, 5)");
        string last = FormattableString.Invariant($"cuLaunchKernel({(channels + 1) / 2}, 256, 5)");
        Assert.AreSequenceEqual([sums, last], forward);
        Assert.AreSequenceEqual([sums, last], backward[..2]);
        Assert.HasCount(3, backward);
    }

    private static unsafe Results Run(Shape shape, Arrays arrays, bool isHalf,
        (float[]? First, float[]? Second) offsets = default, (float[] Weight, float[] Bias)? there = null)
    {
        int channels = shape.Channels;
        var program = new NormProgram(NormProgram.WidthFor(shape.IsChannelsLast ? channels : shape.Inner, 8, isHalf),
            shape.IsChannelsLast, isHalf);
        var norm = new NormLaunch(
            Kernels, program, shape.Groups, shape.Steps, shape.Outer, channels, shape.Inner);
        using var x = new CudaRun.Values(arrays.Input, isHalf);
        using var u = new CudaRun.Values(arrays.Upstream, isHalf);
        using var y = new CudaRun.Values(CudaRun.Poison(arrays.Input.Length), isHalf);
        using var g = new CudaRun.Values(CudaRun.Poison(arrays.Input.Length), isHalf);
        using KernelRun.NativeFloats constants = Poison(3 * norm.Columns), exact = Poison(4 * norm.Columns),
            moved = Poison(2 * channels), scratch = Poison(2 * norm.ScratchDoubles),
            combination = Poison(3 * norm.Columns), weight = new(arrays.Weight), bias = new(arrays.Bias),
            mean = new(arrays.Mean), variance = new(arrays.Variance),
            byWeight = new(there?.Weight ?? CudaRun.Poison(channels)),
            byBias = new(there?.Bias ?? CudaRun.Poison(channels)),
            first = new(offsets.First ?? []), second = new(offsets.Second ?? []);
        var results = new NormResults(Address(constants), Address(exact), Address(moved));

        norm.Statistics(x.Address, Address(weight), Address(bias), results, (Address(mean), Address(variance)),
            shape.Rule, Address(scratch),
            (offsets.First is null ? 0 : Address(first), offsets.Second is null ? 0 : Address(second)));
        norm.Apply(x.Address, y.Address, results);
        norm.Backward(x.Address, u.Address, g.Address, Address(weight), results, (Address(byWeight), Address(byBias)),
            Address(combination), Address(scratch), accumulates: there is not null);

        _ = (scratch.ToArray(), combination.ToArray(), exact.ToArray()); // nothing was written behind them
        int columns = (int)norm.Columns;
        double[] scales = Doubles(constants.ToArray());
        return new(scales[..columns], scales[columns..(2 * columns)],
            Doubles([.. mean.ToArray(), .. variance.ToArray()]), Doubles(moved.ToArray()), Doubles(y.ToArray()),
            Doubles(g.ToArray()), Doubles(byWeight.ToArray()), Doubles(byBias.ToArray()));
    }

    private static Results Formulas(Shape shape, Arrays arrays)
    {
        int channels = shape.Channels, columns = shape.Groups * channels, length = arrays.Input.Length;
        int group = length / shape.Groups;
        double count = (double)group / channels;
        int Column(int at) => (at / group * channels) + (at / shape.Inner % channels);
        double[] mean = new double[columns], variance = new double[columns];
        double[] byU = new double[columns], byProduct = new double[columns];
        for (int at = 0; at < length; at++)
        {
            mean[Column(at)] += arrays.Input[at] / count;
        }
        for (int at = 0; at < length; at++)
        {
            double distance = arrays.Input[at] - mean[Column(at)];
            variance[Column(at)] += distance * distance / count;
            byU[Column(at)] += arrays.Upstream[at];
            byProduct[Column(at)] += arrays.Upstream[at] * distance;
        }
        double[] inverse = [.. variance.Select(value => 1 / Math.Sqrt(value + Epsilon))];
        double[] scale = [.. inverse.Select((value, i) => value * arrays.Weight[i % channels])];
        double[] shift = [.. scale.Select((value, i) => arrays.Bias[i % channels] - (value * mean[i]))];
        double[] moved = new double[2 * channels], before = Doubles([.. arrays.Mean, .. arrays.Variance]);
        double[] byWeight = new double[channels], byBias = new double[channels];
        for (int i = 0; i < columns; i++)
        {
            int c = i % channels;
            moved[c] = ((1 - Momentum) * moved[c]) + (Momentum * mean[i]);
            moved[channels + c] =
                ((1 - Momentum) * moved[channels + c]) + (Momentum * shape.Rule.Unbiased * variance[i]);
            byWeight[c] += byProduct[i] * inverse[i];
            byBias[c] += byU[i];
        }
        double kept = Math.Pow(1 - Momentum, shape.Groups);
        double[] normalized = new double[length], gradient = new double[length];
        for (int at = 0; at < length; at++)
        {
            int i = Column(at);
            normalized[at] = (scale[i] * arrays.Input[at]) + shift[i];
            double distance = arrays.Input[at] - mean[i];
            gradient[at] = scale[i] * (arrays.Upstream[at] - (byU[i] / count)
                - (distance * inverse[i] * inverse[i] * byProduct[i] / count));
        }
        double[] running = [.. before.Zip(moved, (r, m) => (kept * r) + m)];
        return new(scale, shift, running, moved, normalized, gradient, byWeight, byBias);
    }

    // To a share of the largest value, or of 1.
    private static void AssertNear(double[] expected, double[] found, double tolerance, string what)
    {
        Assert.HasCount(expected.Length, found);
        double largest = Math.Max(1, expected.Max(Math.Abs));
        double worst = expected.Zip(found).Max(pair => double.IsNaN(pair.Second)
            ? double.PositiveInfinity : Math.Abs(pair.First - pair.Second));
        Assert.IsLessThanOrEqualTo(tolerance * largest, worst, what);
    }

    private static void AssertSame(double[] expected, double[] found) => Assert.AreSequenceEqual(expected, found);

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];

    private static KernelRun.NativeFloats Poison(long length) => new(CudaRun.Poison((int)length));

    private static unsafe nint Address(KernelRun.NativeFloats memory) => (nint)memory.Pointer;

    private sealed record Shape(int Groups, int Steps, int Outer, int Channels, int Inner, bool IsChannelsLast)
    {
        public NormRule Rule
        {
            get
            {
                double count = (double)Outer * Inner * Steps / Groups;
                return new(Epsilon, Momentum, count / (count - 1));
            }
        }
    }

    // All of them are bfloat16's values.
    private sealed class Arrays
    {
        public Arrays(Shape shape, Random random)
        {
            int length = shape.Steps * shape.Outer * shape.Channels * shape.Inner, channels = shape.Channels;
            Input = [.. KernelCases.Uniform(random, length, -1, 3)
                .Select((x, i) => CudaRun.Round(x + (i / shape.Inner % channels % 5)))];
            Upstream = [.. KernelCases.Uniform(random, length, -1, 1.5f).Select(CudaRun.Round)];
            (Weight, Bias) = (KernelCases.Uniform(random, channels, 0.5f, 1.5f),
                KernelCases.Uniform(random, channels, 0, 1));
            (Mean, Variance) = (KernelCases.Uniform(random, channels, -1, 1),
                KernelCases.Uniform(random, channels, 0.5f, 2));
        }

        public float[] Input { get; }

        public float[] Upstream { get; }

        public float[] Weight { get; }

        public float[] Bias { get; }

        public float[] Mean { get; }

        public float[] Variance { get; }
    }

    private sealed record Results(double[] Scale, double[] Shift, double[] Running, double[] Moved,
        double[] Normalized, double[] Gradient, double[] ByWeight, double[] ByBias);
}
