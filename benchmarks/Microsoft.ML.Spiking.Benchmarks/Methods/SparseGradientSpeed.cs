using Microsoft.ML.Spiking.Benchmarks.Measuring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// The backward pass of a linear layer of spikes from the neurons near their threshold alone, against libtorch's
/// products of all, and what is left of that in a step of the training.
/// </summary>
internal sealed class SparseGradientSpeed : IBenchmark
{
    private const int Rows = 64;
    private const int Width = 512;
    private const double SpikeRate = 0.1;
    private const float Alpha = 0.9f;

    private static readonly double[] Activities = [0.01, 0.02, 0.05, 0.1, 0.2];

    public string Name => "sparse-gradient";

    public string Description =>
        "64 rows, one thread, dense over sparse. Linear layer 512 to 512: time of the backward pass, and of the step " +
        "with the forward product; bytes kept, sparse over dense. Whole step: 784-512-512-10 of LIF neurons with " +
        "products, neurons, loss, backward pass and AdamW. Activity: the share of neurons and steps in the band";

    public void Run(bool quick, TextWriter output)
    {
        set_num_threads(1);
        foreach (int steps in quick ? [50] : new[] { 50, 100 })
        {
            foreach (double activity in Activities)
            {
                Measure(steps, activity, quick ? 5 : 11, output);
            }
            foreach (double activity in Activities)
            {
                WholeStep(steps, activity, quick ? 5 : 11, output);
            }
        }
    }

    private static void Measure(int steps, double activity, int rounds, TextWriter output)
    {
        var random = new Random(1);
        int size = steps * Rows * Width;
        float[] spikes = Sparse(random, size, SpikeRate, _ => 1f);
        float[] delta = Sparse(random, size, activity, r => (float)(r.NextDouble() - 0.5));
        int[] neurons = [.. Enumerable.Range(0, size).Where(i => delta[i] != 0)];
        int[] needed = [.. Enumerable.Range(0, size).Where(_ => random.NextDouble() < activity)];
        float[] weights = Sparse(random, Width * Width, 1, r => (float)(r.NextDouble() - 0.5)); // [inputs, outputs]
        float[] carried = new float[size], traces = new float[size], inputs = new float[size];
        float[] gradient = new float[Width * Width];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor spikeRows = tensor(spikes, [steps * (long)Rows, Width]), first = tensor(weights, [Width, Width]);
        Tensor deltas = tensor(delta, [steps, Rows, Width]), lambda = zeros_like(deltas);
        Tensor ofWeights = zeros(Width, Width);
        using Scalar alpha = Alpha;
        var sparse = new SparseGradient<float>(Rows, steps, Width, Width, Alpha);

        void Forward() => spikeRows.matmul(first).Dispose();

        void Dense()
        {
            using DisposeScope inner = NewDisposeScope();
            lambda.copy_(deltas);
            Tensor[] each = lambda.unbind(0);
            for (int t = steps - 2; t >= 0; t--)
            {
                each[t].add_(each[t + 1], alpha);
            }
            Tensor all = lambda.view(-1, Width);
            ofWeights.copy_(all.t().matmul(spikeRows));
            _ = all.matmul(first.t());
        }

        void Sparsely()
        {
            delta.CopyTo(carried, 0);
            sparse.Trace(spikes, traces);
            sparse.Carry(carried);
            Array.Clear(gradient);
            sparse.Weights(traces, delta, neurons, gradient);
            Array.Clear(inputs);
            sparse.Inputs(carried, weights, needed, inputs);
        }

        Dense();
        Sparsely();
        double error = (tensor(gradient, [Width, Width]) - ofWeights).abs().max().item<float>()
            / ofWeights.abs().max().item<float>();
        double[][] seconds = InterleavedRounds.Measure(rounds, Dense, Sparsely, Forward);
        double[] both = [.. seconds[0].Zip(seconds[2], (backward, forwards) => backward + forwards)];
        double[] mixed = [.. seconds[1].Zip(seconds[2], (backward, forwards) => backward + forwards)];
        // Dense keeps spikes and potentials; sparse keeps traces, and index and value of the active ones.
        double kept = (size + (2.0 * neurons.Length)) / (2.0 * size);
        output.WriteLine(Numbers.Text($"T = {steps}, activity {100 * activity:0} %: backward ") +
            $"{PairedRatio.Of(seconds[0], seconds[1])}, step {PairedRatio.Of(both, mixed)}" +
            Numbers.Text($", memory {kept:0.00}, largest difference {error:0.0e0}"));
    }

    private static void WholeStep(int steps, double activity, int rounds, TextWriter output)
    {
        using var step = new SparseGradientStep(steps, activity);
        double error = step.Difference();
        double[][] seconds = InterleavedRounds.Measure(rounds, step.Dense, step.Sparse);
        PairedRatio ratio = PairedRatio.Of(seconds[0], seconds[1]);
        output.WriteLine(Numbers.Text($"T = {steps}, whole step, activity {100 * step.Activity:0.0} %, spikes ") +
            Numbers.Text($"{100 * step.SpikeRate:0.0} %: {ratio}, of {1000 * seconds[0].Min():0} ms, ") +
            Numbers.Text($"largest difference {error:0.0e0}"));
        if (activity == 0.05)
        {
            output.WriteLine(new Goal(
                Numbers.Text($"sparse-gradient-step-T{steps}"), ratio.Median, 1.5, AtMost: false));
        }
    }

    private static float[] Sparse(Random random, int count, double share, Func<Random, float> value)
    {
        float[] values = new float[count];
        foreach (ref float one in values.AsSpan())
        {
            one = random.NextDouble() < share ? value(random) : 0;
        }
        return values;
    }
}
