using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>The comparison of a few neurons on a CUDA device with the same neurons on the CPU.</summary>
internal static class CudaSelfTest
{
    /// <summary>Number of neurons.</summary>
    internal const int Neurons = 1024;

    /// <summary>T.</summary>
    internal const int TimeSteps = 4;

    private const double Tolerance = 1e-4;

    /// <summary>Gets the neurons that are compared: one without and one with a learned value.</summary>
    internal static IReadOnlyList<SpikingNeuronDefinition> Definitions { get; } = [new ClifNeuron(), new PlifNeuron()];

    /// <summary>Runs the test. Waits for the device.</summary>
    /// <exception cref="CudaKernelException">The results differ.</exception>
    public static void Run(CudaKernels kernels, Device device)
    {
        foreach (SpikingNeuronDefinition definition in Definitions)
        {
            using DisposeScope scope = NewDisposeScope();
            (float[] spikes, float[] gradients) = Results(new FusedNeuron(definition), definition, CPU);
            (float[] ownSpikes, float[] ownGradients) =
                Results(new CudaNeuron(definition, kernels), definition, device);
            string name = definition.GetType().Name;
            int flipped = spikes.Zip(ownSpikes).Count(pair => pair.First != pair.Second);
            if (flipped > 0)
            {
                throw new CudaKernelException(
                    Invariant($"in the self-test of {name} {flipped} of {spikes.Length} spikes were wrong"));
            }
            int wrong = gradients.Zip(ownGradients).Count(pair =>
                !(Math.Abs(pair.First - pair.Second) <= Tolerance * Math.Max(1, Math.Abs(pair.First))));
            if (wrong > 0)
            {
                throw new CudaKernelException(
                    Invariant($"in the self-test of {name} {wrong} of {gradients.Length} gradients were wrong"));
            }
        }
    }

    /// <summary>The currents, [T, neurons], none of which brings a potential close to the threshold.</summary>
    internal static float[] Currents() => Waves(0.9, 0.61803);

    // Between -0.75 and 1.5 times the height, in steps of an eighth: sums of them and the leak of 1/2 keep away from 1.
    private static float[] Waves(double height, double pace) => [.. Enumerable.Range(0, TimeSteps * Neurons)
        .Select(i => (float)(height * ((Math.Floor((i * pace) % 1 * 18) / 8) - 0.75)))];

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
        Torch.Autograd.CallbackFaults.Backward(spikes, upstream);
        return (spikes.cpu().data<float>().ToArray(),
        [
            .. current.grad!.cpu().data<float>().ToArray(),
            .. learned.SelectMany(value => value.grad!.cpu().data<float>().ToArray()),
        ]);
    }
}
