using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The comparison of a few neurons on a CUDA device, alone, behind a batch normalization and before an average pooling,
/// and of what else has kernels, with the same on the CPU.
/// </summary>
internal static partial class CudaSelfTest
{
    /// <summary>Number of neurons.</summary>
    internal const int Neurons = 1024;

    /// <summary>T.</summary>
    internal const int TimeSteps = 4;

    private const double Tolerance = 1e-4;
    private const int Channels = 8;
    private const int Rows = Neurons / Channels;

    /// <summary>Gets the neurons that are compared: one without and one with a learned value.</summary>
    internal static IReadOnlyList<SpikingNeuronDefinition> Definitions { get; } = [new ClifNeuron(), new PlifNeuron()];

    /// <summary>Runs the test. Waits for the device.</summary>
    /// <exception cref="CudaKernelException">The results differ.</exception>
    public static void Run(CudaKernels kernels, Device device)
    {
        foreach (SpikingNeuronDefinition definition in Definitions)
        {
            using DisposeScope scope = NewDisposeScope();
            Compare(definition.GetType().Name, Results(new FusedNeuron(definition), definition, CPU),
                Results(new CudaNeuron(definition, kernels), definition, device));
        }
        foreach (bool isPooled in (bool[])[false, true])
        {
            using DisposeScope scope = NewDisposeScope();
            Compare($"batch normalization with {(isPooled ? "pooled " : "")}neurons",
                Normalized(kernels: null, CPU, isPooled), Normalized(kernels, device, isPooled));
        }
        foreach ((string name, ProgramResults results) in Programs)
        {
            using DisposeScope scope = NewDisposeScope();
            Compare(name, "values", results(kernels: null, CPU), results(kernels, device));
        }
    }

    private static void Compare(
        string name, (float[] Spikes, float[] Gradients) expected, (float[] Spikes, float[] Gradients) found)
    {
        int flipped = expected.Spikes.Zip(found.Spikes).Count(pair => pair.First != pair.Second);
        if (flipped > 0)
        {
            throw new CudaKernelException(
                Invariant($"in the self-test of {name} {flipped} of {found.Spikes.Length} spikes were wrong"));
        }
        Compare(name, "gradients", expected.Gradients, found.Gradients);
    }

    private static void Compare(string name, string what, float[] expected, float[] found)
    {
        int wrong = expected.Zip(found).Count(pair =>
            !(Math.Abs(pair.First - pair.Second) <= Tolerance * Math.Max(1, Math.Abs(pair.First))));
        if (wrong > 0)
        {
            throw new CudaKernelException(
                Invariant($"in the self-test of {name} {wrong} of {found.Length} {what} were wrong"));
        }
    }

    /// <summary>
    /// The values that the batch normalization of the test takes, [T, rows, channels]: the same in each channel of each
    /// step, in another order.
    /// </summary>
    internal static float[] Unnormalized()
    {
        float[] levels = [.. Enumerable.Range(0, Rows).Select(i => (float)Level(0.9, (double)i / Rows))];
        return
        [
            .. Enumerable.Range(0, TimeSteps * Neurons).Select(i =>
                levels[((i / Channels % Rows * 37) + (i % Channels * 11) + (i / Neurons * 29)) % Rows]),
        ];
    }

    /// <summary>The mean and the standard deviation of each of these channels.</summary>
    internal static (double Mean, double Deviation) Moments()
    {
        float[] levels = Unnormalized()[..Neurons];
        double mean = levels.Average(level => (double)level);
        double variance = levels.Average(level => (level - mean) * (level - mean));
        return (mean, Math.Sqrt(variance + new BatchNormLayer("norm", Channels).Epsilon));
    }

    // Weight and bias undo the normalization, so that neurons receive the grid of values that are far from deciding.
    // Four rows become the pixels of an image where spikes are pooled.
    private static (float[] Spikes, float[] Gradients) Normalized(CudaKernels? kernels, Device device, bool isPooled)
    {
        using IDisposable grad = enable_grad();
        var layer = new BatchNormLayer("norm", Channels);
        var neuron = new ClifNeuron();
        (double mean, double deviation) = Moments();
        Tensor input = tensor(Unnormalized(), [TimeSteps, Rows, Channels]).to(device).requires_grad_();
        Tensor weight = tensor([.. Enumerable.Repeat((float)deviation, Channels)]).to(device).requires_grad_();
        Tensor bias = tensor([.. Enumerable.Repeat((float)mean, Channels)]).to(device).requires_grad_();
        int rows = isPooled ? Rows / 4 : Rows;
        Tensor upstream =
            tensor(Waves(1, 0.41421)[..(TimeSteps * rows * Channels)], [TimeSteps, rows, Channels]).to(device);
        Tensor arriving = kernels is not null && isPooled
            ? input.reshape(TimeSteps, rows, 2, 2, Channels).permute(0, 1, 4, 2, 3) : input;
        Tensor spikes = kernels is null
            ? new FusedNeuron(neuron).Forward(new(new BatchNormOperation(layer, TimeSteps, buffers: null,
                TorchTeam.Current()).Run(input, weight, bias), TimeSteps, IsConstant: false), []).Values
            : new CudaNormOperation(layer, TimeSteps, isConstant: false, kernels, neuron) { IsPooled = isPooled }
                .Run(arriving, weight, bias, learned: null);
        spikes = (kernels is null && isPooled ? spikes.reshape(TimeSteps, rows, 4, Channels).mean([2]) : spikes)
            .reshape(TimeSteps, rows, Channels);
        CallbackFaults.Backward(spikes, upstream);
        return (Values(spikes), [.. Values(input.grad!), .. Values(weight.grad!), .. Values(bias.grad!)]);
    }

    /// <summary>The currents, [T, neurons], none of which brings a potential close to the threshold.</summary>
    internal static float[] Currents() => Waves(0.9, 0.61803);

    // Between -0.75 and 1.5 times the height, in steps of an eighth: sums of them and the leak of 1/2 keep away from 1.
    private static float[] Waves(double height, double pace) => [.. Enumerable.Range(0, TimeSteps * Neurons)
        .Select(i => (float)Level(height, (i * pace) % 1))];

    private static double Level(double height, double place) => height * ((Math.Floor(place * 18) / 8) - 0.75);

    private static (float[] Spikes, float[] Gradients) Results(
        TorchNeuron neuron, SpikingNeuronDefinition definition, Device device)
    {
        using IDisposable grad = enable_grad();
        Tensor current = tensor(Currents(), [TimeSteps, Neurons]).to(device).requires_grad_();
        Tensor[] learned =
        [
            .. definition.LearnedScalars.Select(scalar => tensor([(float)scalar.Initial]).to(device).requires_grad_()),
        ];
        Tensor upstream = tensor(Waves(1, 0.41421), [TimeSteps, Neurons]).to(device);
        Tensor spikes = neuron.Forward(new(current, TimeSteps, IsConstant: false), learned).Values;
        CallbackFaults.Backward(spikes, upstream);
        return (Values(spikes), [.. Values(current.grad!), .. learned.SelectMany(value => Values(value.grad!))]);
    }

    private static float[] Values(Tensor tensor) => tensor.detach().cpu().data<float>().ToArray();
}
