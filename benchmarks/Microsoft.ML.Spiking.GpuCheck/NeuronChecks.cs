using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>
/// Every neuron in CUDA kernels, compared with the CPU's kernels and with op-by-op neurons on the device.
/// </summary>
internal static class NeuronChecks
{
    private const double Tolerance = 1e-4;
    private const int Rows = 7;
    private const int Columns = 1234; // not a multiple of a block, nor of four

    public static void Run(Checks checks, CudaKernels kernels, Device device)
    {
        SpikingNeuronDefinition[] neurons =
            [new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new KlifNeuron(), new IfNeuron()];
        SurrogateGradient[] surrogates =
            [new RectangleSurrogate(), new SigmoidSurrogate(), new TriangleSurrogate(), new AtanSurrogate()];
        // Side by side, as most of the time goes to compiling.
        Parallel.ForEach(
            from neuron in neurons from reset in (double?[])[null, 0] select (neuron, reset), subject =>
            {
                (SpikingNeuronDefinition neuron, double? reset) = subject;
                SpikingNeuronDefinition[] variants =
                    [.. surrogates.Select(surrogate => neuron with { ResetPotential = reset, Surrogate = surrogate })];
                string name = $"{neuron.GetType().Name}, {(reset is null ? "soft" : "hard")} reset, ";
                checks.Run(name + "as on the CPU", () => Worst(variants,
                    (variant, steps) => Results(new CudaNeuron(variant, kernels), variant, steps, device),
                    (variant, steps) => Results(new FusedNeuron(variant), variant, steps, CPU)));
                checks.Run(name + "as op by op", () => Worst(variants,
                    (variant, steps) => Results(new CudaNeuron(variant, kernels), variant, steps, device),
                    (variant, steps) => Results(OpByOpNeuron.Create(variant), variant, steps, device)));
            });
        checks.Run("bfloat16: spikes as of the rounded current in float32", () =>
        {
            using DisposeScope scope = NewDisposeScope();
            var neuron = new CudaNeuron(new ClifNeuron(), kernels);
            Tensor rounded = (rand(4, 1000, 33, device: device) * 2).to(ScalarType.BFloat16);
            Tensor half = neuron.Forward(new(rounded, 4, IsConstant: false), []).Values;
            Tensor full = neuron.Forward(new(rounded.to(ScalarType.Float32), 4, IsConstant: false), []).Values;
            return Checks.Equal(0L, half.to(ScalarType.Float32).ne(full).sum().item<long>());
        });
    }

    // A spike may differ where a potential is within rounding of the threshold: one in 10,000 at most.
    private static string Worst(SpikingNeuronDefinition[] variants, Func<SpikingNeuronDefinition, int, Outcome> found,
        Func<SpikingNeuronDefinition, int, Outcome> expected)
    {
        double worst = 0;
        long flipped = 0, spikes = 0;
        foreach (SpikingNeuronDefinition variant in variants)
        {
            foreach (int timeSteps in (int[])[1, 4, 6, 16, 64])
            {
                Outcome own = found(variant, timeSteps), other = expected(variant, timeSteps);
                // A flipped spike changes all gradients of its neuron.
                HashSet<int> neuronsOff = [.. Enumerable.Range(0, own.Spikes.Length)
                    .Where(i => own.Spikes[i] != other.Spikes[i]).Select(i => i % (Rows * Columns))];
                flipped += neuronsOff.Count;
                spikes += own.Spikes.Length;
                for (int i = 0; i < own.Gradient.Length; i++)
                {
                    double scale = Math.Max(1, Math.Abs(other.Gradient[i]));
                    double difference = Math.Abs(own.Gradient[i] - other.Gradient[i]) / scale;
                    worst = neuronsOff.Contains(i % (Rows * Columns)) ? worst : Math.Max(worst, difference);
                }
                if (own.Learned is float learned && neuronsOff.Count == 0)
                {
                    double difference = Math.Abs(learned - other.Learned!.Value);
                    worst = Math.Max(worst, difference / Math.Max(100, Math.Abs(learned)));
                }
            }
        }
        string text = Checks.AtMost(Tolerance, worst);
        return flipped * 10_000 <= spikes
            ? Invariant($"gradients {text}, {flipped} of {spikes} spikes differ")
            : throw new InvalidOperationException(Invariant($"{flipped} of {spikes} spikes differ"));
    }

    private static Outcome Results(
        TorchNeuron neuron, SpikingNeuronDefinition definition, int timeSteps, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        var random = new Random(5);
        Tensor current = Uniform(random, timeSteps, -1, 2).to(device).requires_grad_();
        Tensor upstream = Uniform(random, timeSteps, -1, 1).to(device);
        Tensor[] learned =
        [
            .. definition.LearnedScalars.Select(scalar => tensor([(float)scalar.Initial]).to(device).requires_grad_()),
        ];
        Tensor spikes = neuron.Forward(new(current, timeSteps, IsConstant: false), learned).Values;
        CallbackFaults.Backward(spikes, upstream);
        // At T = 1 nothing of what leaks depends on a learned leak: op by op, libtorch then has no gradient.
        float? byLearned = learned.Length == 0 ? null : learned[0].grad is { } grad ? Values(grad)[0] : 0;
        return new(Values(spikes), Values(current.grad!), byLearned);
    }

    private static Tensor Uniform(Random random, int timeSteps, float from, float to) => tensor(
        [.. Enumerable.Range(0, timeSteps * Rows * Columns).Select(_ => from + ((to - from) * random.NextSingle()))],
        [timeSteps, Rows, Columns]);

    private static float[] Values(Tensor tensor) => tensor.detach().cpu().data<float>().ToArray();

    private sealed record Outcome(float[] Spikes, float[] Gradient, float? Learned);
}
