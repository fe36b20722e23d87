using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>The fused kernels, forward and backward, against moving 36 bytes per element and step.</summary>
internal sealed unsafe class NeuronAgainstMemory : IBenchmark
{
    private const double Target = 3.0;

    public string Name => "neuron";

    public string Description =>
        "fused kernels against moving 36 bytes per element and step; ns per element and step, ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        foreach (long n in new[] { BenchmarkNeurons.Small, BenchmarkNeurons.Large })
        {
            foreach (int timeSteps in quick ? [6] : BenchmarkNeurons.TimeSteps)
            {
                Measure(n, timeSteps, quick ? 7 : 11, output);
            }
        }
    }

    private static void Measure(long n, int timeSteps, int rounds, TextWriter output)
    {
        WorkerTeam team = TorchTeam.Current();
        long length = n * timeSteps;
        using var x = new NativeFloats(length, -1, 1.4f, 1);
        using var s = new NativeFloats(length, 0, 0, 2);
        using var h = new NativeFloats(length, 0, 0, 3);
        using var u = new NativeFloats(length, -0.5f, 0.5f, 4);
        using var g = new NativeFloats(length, 0, 0, 5);
        float*[] arrays = [x.Pointer, s.Pointer, u.Pointer, g.Pointer, h.Pointer];
        var contenders = new List<Action> { () => MemoryMovement.Move36Bytes(arrays, length, team) };
        foreach (SpikingNeuronDefinition neuron in BenchmarkNeurons.All)
        {
            float learned = BenchmarkNeurons.Learned(neuron);
            NeuronKernel kernel = NeuronKernel.Create(neuron, learned);
            contenders.Add(() => kernel.Forward(x.Pointer, false, s.Pointer, h.Pointer, timeSteps, n, team));
            contenders.Add(() => kernel.Backward(h.Pointer, u.Pointer, g.Pointer, false, timeSteps, n, team));
        }
        double[][] seconds = InterleavedRounds.Measure(rounds, [.. contenders]);
        double Nanoseconds(double[] times) => PairedRatio.MedianOf(times) * 1e9 / length;
        output.WriteLine(Numbers.Text($"n {n} T {timeSteps}: move {Nanoseconds(seconds[0]):0.00}"));
        for (int i = 0; i < BenchmarkNeurons.All.Count; i++)
        {
            SpikingNeuronDefinition neuron = BenchmarkNeurons.All[i];
            double[] forward = seconds[(2 * i) + 1], backward = seconds[(2 * i) + 2];
            PairedRatio ratio = PairedRatio.Of([.. forward.Zip(backward, (a, b) => a + b)], seconds[0]);
            output.WriteLine(Numbers.Text($"  {BenchmarkNeurons.Name(neuron)} forward {Nanoseconds(forward):0.00} " +
                $"backward {Nanoseconds(backward):0.00} ratio {ratio}"));
            // Small arrays stay in the last-level cache, where moving them costs less than from memory; they have no
            // goal.
            if (n >= BenchmarkNeurons.Large && neuron is ClifNeuron)
            {
                output.WriteLine(new Goal($"clif-against-memory-T{timeSteps}", ratio.Median, Target, AtMost: true));
            }
        }
    }
}
