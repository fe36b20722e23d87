using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Training.Torch.Neurons;

namespace Microsoft.ML.Spiking.Benchmarks.Neurons;

/// <summary>
/// The fused neurons against the same equations in tensor operations, both under autograd in this process.
/// </summary>
internal sealed class NeuronAgainstOpByOp : IBenchmark
{
    private const double Target = 8.0;

    // Op by op, a step of CLIF keeps six tensors for the backward pass and needs about as many again for a moment.
    private const long BytesForEach = 16 * sizeof(float);
    private const double PartOfMemory = 0.6;

    public string Name => "neuron-op-by-op";

    public string Description =>
        "neurons under autograd, fused against op by op; ns per element and step, ratio with quartiles";

    public void Run(bool quick, TextWriter output)
    {
        output.WriteLine(Numbers.Text($"n is halved until op by op, at {BytesForEach} bytes for each element and " +
            $"step, fits into {PartOfMemory * 100:0} % of the free memory."));
        foreach (long wanted in new[] { BenchmarkNeurons.Small, BenchmarkNeurons.Large })
        {
            foreach (int timeSteps in quick && wanted > BenchmarkNeurons.Small ? [4, 6] : BenchmarkNeurons.TimeSteps)
            {
                long n = Fitting(wanted, timeSteps);
                output.WriteLine($"n {n} T {timeSteps}" + (n == wanted ? "" : $" ({wanted} do not fit)"));
                foreach (SpikingNeuronDefinition neuron in quick ? BenchmarkNeurons.All.Take(1) : BenchmarkNeurons.All)
                {
                    Measure(neuron, n, wanted, timeSteps, output);
                }
            }
        }
    }

    private static long Fitting(long n, int timeSteps)
    {
        while (n * timeSteps * BytesForEach > PartOfMemory * ResidentMemory.Available)
        {
            n /= 2;
        }
        return n;
    }

    private static void Measure(SpikingNeuronDefinition neuron, long n, long wanted, int timeSteps, TextWriter output)
    {
        using var run = new NeuronRun(neuron, n, timeSteps);
        var fused = new FusedNeuron(neuron);
        var opByOp = OpByOpNeuron.Create(neuron);
        double[][] seconds = InterleavedRounds.Measure(rounds: 7, () => run.Forward(fused), () => run.Both(fused),
            () => run.Forward(opByOp), () => run.Both(opByOp));
        double Nanoseconds(double[] times) => PairedRatio.MedianOf(times) * 1e9 / (n * timeSteps);
        var both = PairedRatio.Of(seconds[3], seconds[1]);
        output.WriteLine(Numbers.Text($"  {BenchmarkNeurons.Name(neuron)} forward {Nanoseconds(seconds[0]):0.00} " +
            $"against {Nanoseconds(seconds[2]):0.00} ratio {PairedRatio.Of(seconds[2], seconds[0])}; forward and " +
            $"backward {Nanoseconds(seconds[1]):0.00} against {Nanoseconds(seconds[3]):0.00} ratio {both}"));
        if (neuron is ClifNeuron)
        {
            output.WriteLine(
                new Goal($"clif-against-op-by-op-N{wanted}-T{timeSteps}", both.Median, Target, AtMost: false));
        }
    }
}
