using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>Batch normalization with the neurons behind it in CUDA kernels, beside the CPU's kernels.</summary>
internal static class NormChecks
{
    private const double Tolerance = 1e-4;
    private const int Rows = 13;
    private const int Channels = 24;

    public static void Run(Checks checks, CudaKernels kernels, Device device)
    {
        SpikingNeuronDefinition[] neurons =
            [new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new KlifNeuron(), new IfNeuron()];
        foreach (bool isChannelsLast in (bool[])[true, false])
        {
            string order = isChannelsLast ? "channels innermost" : "channels in planes";
            foreach (SpikingNeuronDefinition neuron in neurons)
            {
                SpikingNeuronDefinition[] variants = [neuron, neuron with { ResetPotential = 0 }];
                checks.Run($"batch norm and {neuron.GetType().Name}, {order}, as on the CPU",
                    () => Compare(kernels, variants, isChannelsLast, device));
            }
            checks.Run($"batch norm and ClifNeuron, {order}, bfloat16: spikes as of rounded values in float32", () =>
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor values = Values(4, isChannelsLast).to(device).to_type(ScalarType.BFloat16);
                long flipped = Spikes(kernels, values, device).to_type(ScalarType.Float32)
                    .ne(Spikes(kernels, values.to_type(ScalarType.Float32), device)).sum().item<long>();
                return Few(flipped, values.numel());
            });
        }
    }

    private static Tensor Spikes(CudaKernels kernels, Tensor values, Device device) =>
        new CudaNormOperation(new("norm", Channels), timeSteps: 4, isConstant: false, kernels, new ClifNeuron())
            .Run(values, ones(Channels, device: device), ones(Channels, device: device), learned: null);

    // A flipped spike changes, through the statistics' gradient, all of its channel a little: such cases are left out.
    private static string Compare(
        CudaKernels kernels, SpikingNeuronDefinition[] variants, bool isChannelsLast, Device device)
    {
        double worst = 0;
        long flipped = 0, spikes = 0;
        foreach (SpikingNeuronDefinition neuron in variants)
        {
            foreach (int timeSteps in (int[])[1, 4, 6, 16])
            {
                float[][] expected = Results(null, neuron, timeSteps, isChannelsLast, CPU);
                float[][] found = Results(kernels, neuron, timeSteps, isChannelsLast, device);
                long off = expected[0].Zip(found[0]).LongCount(pair => pair.First != pair.Second);
                flipped += off;
                spikes += found[0].Length;
                for (int i = 1; i < found.Length && off == 0; i++)
                {
                    double largest = Math.Max(1, expected[i].Max(Math.Abs));
                    worst = Math.Max(worst, expected[i].Zip(found[i])
                        .Max(pair => Math.Abs((double)pair.First - pair.Second)) / largest);
                }
            }
        }
        return $"gradients {Checks.AtMost(Tolerance, worst)}, {Few(flipped, spikes)}";
    }

    private static string Few(long flipped, long spikes) => flipped * 10_000 <= spikes
        ? Invariant($"{flipped} of {spikes} spikes differ")
        : throw new InvalidOperationException(Invariant($"{flipped} of {spikes} spikes differ"));

    // Spikes, and the gradients by the values, by weight and bias.
    private static float[][] Results(
        CudaKernels? kernels, SpikingNeuronDefinition neuron, int timeSteps, bool isChannelsLast, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        var layer = new BatchNormLayer("norm", Channels);
        Tensor leaf = Values(timeSteps, isChannelsLast).to(device).requires_grad_();
        Tensor weight = linspace(0.5, 1.5, Channels).to(device).requires_grad_();
        Tensor bias = linspace(0, 1, Channels).to(device).requires_grad_();
        Tensor? learned = neuron.LearnedScalars.Count == 0
            ? null : tensor([(float)neuron.LearnedScalars[0].Initial]).to(device);
        Tensor spikes = kernels is null
            ? new FusedNeuron(neuron).Forward(new(new BatchNormOperation(layer, timeSteps, null, TorchTeam.Current())
                .Run(leaf.contiguous(), weight, bias), timeSteps, IsConstant: false), learned is null ? [] : [learned])
                .Values
            : new CudaNormOperation(layer, timeSteps, isConstant: false, kernels, neuron)
                .Run(leaf, weight, bias, learned);
        CallbackFaults.Backward(spikes, Values(timeSteps, isChannelsLast).cos().to(device));
        return [.. new[] { spikes, leaf.grad!, weight.grad!, bias.grad! }.Select(values =>
            values.detach().cpu().contiguous().data<float>().ToArray())];
    }

    private static Tensor Values(int timeSteps, bool isChannelsLast)
    {
        const int side = 7;
        var random = new Random(6);
        Tensor values = tensor([.. Enumerable.Range(0, timeSteps * Rows * Channels * side * side)
            .Select(_ => 3 * random.NextSingle())], [timeSteps, Rows, side, side, Channels]).permute(0, 1, 4, 2, 3);
        return isChannelsLast ? values : values.contiguous();
    }
}
