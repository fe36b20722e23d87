using System.Globalization;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>The fused CLIF and LIF kernels, forward and backward, against moving 36 bytes per element and step.</summary>
internal sealed unsafe class NeuronAgainstMemory : IBenchmark
{
    private const double Target = 3.0;

    // Below this the arrays stay in the last cache, and moving them costs less than DRAM would; no goal is set there.
    private const long GoalFrom = 1 << 22;

    public string Name => "neuron";

    public string Description =>
        "fused kernels, forward and backward, against moving 36 bytes per element and step (time ratio, quartiles)";

    public void Run(bool quick, TextWriter output)
    {
        int threads = Environment.ProcessorCount;
        output.WriteLine($"{threads} threads, {NeuronKernel.Widest}");
        foreach (long n in new[] { 1L << 16, GoalFrom })
        {
            foreach (int timeSteps in quick ? [6] : new[] { 4, 6, 16, 32 })
            {
                Measure(n, timeSteps, threads, quick ? 7 : 15, output);
            }
        }
    }

    private static void Measure(long n, int timeSteps, int threads, int rounds, TextWriter output)
    {
        long length = n * timeSteps;
        using var x = new NativeFloats(length, -1, 1.4f, 1);
        using var s = new NativeFloats(length, 0, 0, 2);
        using var h = new NativeFloats(length, 0, 0, 3);
        using var u = new NativeFloats(length, -0.5f, 0.5f, 4);
        using var g = new NativeFloats(length, 0, 0, 5);
        float*[] arrays = [x.Pointer, s.Pointer, u.Pointer, g.Pointer, h.Pointer];
        var clif = new ClifNeuron();
        var lif = new LifNeuron();
        double[][] seconds = InterleavedRounds.Measure(rounds,
            () => MemoryMovement.Move36Bytes(arrays, length, threads),
            () => NeuronKernels.Forward(clif, 0, x.Pointer, false, s.Pointer, h.Pointer, timeSteps, n, threads),
            () => NeuronKernels.Backward(clif, 0, h.Pointer, u.Pointer, g.Pointer, false, timeSteps, n, threads),
            () => NeuronKernels.Forward(lif, 0, x.Pointer, false, s.Pointer, h.Pointer, timeSteps, n, threads),
            () => NeuronKernels.Backward(lif, 0, h.Pointer, u.Pointer, g.Pointer, false, timeSteps, n, threads));
        double[] both = Sum(seconds[1], seconds[2]);
        PairedRatio clifRatio = PairedRatio.Of(both, seconds[0]);
        PairedRatio lifRatio = PairedRatio.Of(Sum(seconds[3], seconds[4]), seconds[0]);
        double Nanoseconds(double[] times) => PairedRatio.MedianOf(times) * 1e9 / length;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"n {n} T {timeSteps}: move {Nanoseconds(seconds[0]):0.00} ns, CLIF {Nanoseconds(seconds[1]):0.00} + " +
            $"{Nanoseconds(seconds[2]):0.00} ns, ratio {clifRatio}; LIF {Nanoseconds(seconds[3]):0.00} + " +
            $"{Nanoseconds(seconds[4]):0.00} ns, ratio {lifRatio}"));
        if (n >= GoalFrom)
        {
            output.WriteLine(new Goal($"clif-against-memory-T{timeSteps}", clifRatio.Median, Target, AtMost: true));
        }
    }

    private static double[] Sum(double[] first, double[] second) => [.. first.Zip(second, (a, b) => a + b)];
}
