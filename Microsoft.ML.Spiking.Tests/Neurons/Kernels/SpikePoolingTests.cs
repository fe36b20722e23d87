using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

/// <summary>Neurons and average pooling in one pass, against the two one after the other.</summary>
[TestClass]
public sealed unsafe class SpikePoolingTests
{
    private const int TimeSteps = 5;

    public static IEnumerable<object[]> Cases =>
        from neuron in KernelCases.Neurons
        from image in new[] { (60, 28, 28, 2, 2), (3, 6, 8, 2, 2), (7, 14, 14, 2, 2), (5, 9, 6, 3, 2), (2, 7, 7, 7, 7) }
        select new[] { neuron[0], neuron[1], image.Item1, image.Item2, image.Item3, image.Item4, image.Item5 };

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DynamicData(nameof(Cases))]
    public void Kernel_WithPooling_GivesTheBitsOfBothApart(
        object neuron, float learned, int images, int height, int width, int windowHeight, int windowWidth)
    {
        var definition = (SpikingNeuronDefinition)neuron;
        var pooling = new SpikePooling(windowHeight, windowWidth, width);
        Assert.IsTrue(pooling.Fits);
        int n = images * height * width, pooledLength = TimeSteps * n / pooling.Area;
        var random = new Random(31);
        float[] upstreamOfMeans = KernelCases.Uniform(random, pooledLength, -1, 1);
        var upstream = new float[TimeSteps * n];
        Windows(pooling, upstream.Length, (neuron, window) =>
            upstream[neuron] = upstreamOfMeans[window] / pooling.Area);
        foreach (bool isConstant in new[] { false, true })
        {
            float[] current = KernelCases.Uniform(random, isConstant ? n : TimeSteps * n, -1, 2);
            var apart = new KernelRun(definition, learned, current, upstream, TimeSteps, constantCurrent: isConstant);
            var counts = new float[pooledLength];
            Windows(pooling, upstream.Length, (neuron, window) => counts[window] += apart.Spikes[neuron]);
            float[] means = [.. counts.Select(count => count / pooling.Area)];
            foreach (VectorWidth vector in KernelCases.Widths)
            {
                AssertSame(NeuronKernel.Create(definition, learned, vector), current, upstreamOfMeans, isConstant, n,
                    pooling, apart, means);
            }
        }
    }

    [TestMethod]
    public void Fits_RowsOfWindowsLargerThanABlock_IsFalse() =>
        Assert.IsFalse(new SpikePooling(64, 64, 1024).Fits);

    [TestMethod]
    [DataRow(2, 2)]
    [DataRow(2, 1)] // overlaps, so that the neuron cannot pool
    public void Layer_WithPooling_GivesThatOfBothApartAndCountsAllNeurons(int kernel, int stride)
    {
        using DisposeScope scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor input = empty([TimeSteps, 4, 3, 6, 8], ScalarType.Float32, CPU).uniform_(-1, 2, generator)
            .requires_grad_();
        var pool = new AveragePoolLayer("pool", kernel, stride);
        var neuron = new FusedNeuron(new ClifNeuron());
        using SpikeTally together = new(CPU), apart = new(CPU);

        Tensor expected = new TorchAveragePool(pool).Forward(
            new TorchNeuronLayer("n", TimeSteps, neuron, []).Forward(new(input, false), new() { Spikes = apart }),
            ForwardPass.Evaluation).Values;
        Tensor found = new TorchNeuronLayer("n", TimeSteps, neuron, [], pool)
            .Forward(new(input, false), new() { Spikes = together }).Values;

        Assert.AreSequenceEqual(expected.shape, found.shape);
        Assert.AreSequenceEqual(Values(expected), Values(found));
        Assert.AreSequenceEqual(apart.Save(), together.Save());
        Tensor upstream = empty(expected.shape, ScalarType.Float32, CPU).uniform_(-1, 1, generator);
        float[] expectedGradient = Values(autograd.grad([expected], [input], [upstream])[0]);
        float[] gradient = Values(autograd.grad([found], [input], [upstream])[0]);
        CallbackGradients.Release();
        Assert.AreSequenceEqual(expectedGradient, gradient);
    }

    private static void AssertSame(NeuronKernel kernel, float[] current, float[] upstream, bool isConstant, int n,
        SpikePooling pooling, KernelRun apart, float[] means)
    {
        using var x = new KernelRun.NativeFloats(current);
        using var u = new KernelRun.NativeFloats(upstream);
        using var s = new KernelRun.NativeFloats(new float[means.Length]);
        using var h = new KernelRun.NativeFloats(new float[apart.Spikes.Length]);
        using var g = new KernelRun.NativeFloats(new float[current.Length]);
        var team = new ThreadPoolTeam(3);
        long count = kernel.Forward(x.Pointer, isConstant, s.Pointer, h.Pointer, TimeSteps, n, team, pooling);
        Assert.AreSequenceEqual(means, s.ToArray());
        Assert.AreSequenceEqual(apart.Potential, h.ToArray());
        Assert.AreEqual(apart.SpikeCount, count);
        double learned = kernel.Backward(h.Pointer, u.Pointer, g.Pointer, isConstant, TimeSteps, n, team, pooling);
        Assert.AreSequenceEqual(apart.Gradient, g.ToArray());
        Assert.AreEqual(apart.LearnedGradient, learned, 1e-3 * Math.Max(1, Math.Abs(apart.LearnedGradient)));
    }

    /// <summary>Calls with each neuron and its window's place.</summary>
    private static void Windows(SpikePooling pooling, int neurons, Action<int, int> action)
    {
        int across = pooling.ImageWidth / pooling.WindowWidth;
        for (int neuron = 0; neuron < neurons; neuron++)
        {
            (int row, int x) = Math.DivRem(neuron, pooling.ImageWidth);
            action(neuron, (row / pooling.WindowHeight * across) + (x / pooling.WindowWidth));
        }
    }

    private static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();
}
