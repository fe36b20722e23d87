using System.Diagnostics;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>The tables: neuron kernels as shares of the rate of a copy, and training steps.</summary>
internal static class Speeds
{
    private const long Neurons = 1 << 24;
    internal const int Repetitions = 20;

    public static void Print(CudaKernels kernels, Device device)
    {
        double rate = CopyRate(device);
        Console.WriteLine(Invariant($"\nCopy: {rate / 1e12:0.00} TB/s, reading and writing. Kernels as shares of it:"));
        Console.WriteLine("neuron       T  values    forward backward");
        SpikingNeuronDefinition[] neurons = [new ClifNeuron(), new LifNeuron(), new PlifNeuron()];
        foreach (SpikingNeuronDefinition neuron in neurons)
        {
            foreach (int timeSteps in (int[])[4, 6, 16])
            {
                foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
                {
                    (double forward, double backward) = Shares(kernels, neuron, timeSteps, type, device, rate);
                    string name = neuron.GetType().Name;
                    Console.WriteLine(Invariant($"{name,-11} {timeSteps,2}  {type,-9} {forward,6:P0} {backward,8:P0}"));
                }
            }
        }
        Console.WriteLine("\nBatch norm and neurons in one, T 4, 256 x 64 x 32 x 32, as shares of it:");
        Console.WriteLine("neuron      order          values    forward backward");
        foreach (SpikingNeuronDefinition neuron in neurons)
        {
            foreach (bool isChannelsLast in (bool[])[true, false])
            {
                foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
                {
                    (double forward, double backward) = NormSpeeds.Shares(
                        kernels, neuron, isChannelsLast, type, device, rate);
                    string name = neuron.GetType().Name, order = isChannelsLast ? "channels-last" : "planes";
                    Console.WriteLine(
                        Invariant($"{name,-11} {order,-14} {type,-9} {forward,6:P0} {backward,8:P0}"));
                }
            }
        }
        Console.WriteLine("\nKernels of batch norm, channels-last, as shares of it:");
        Console.WriteLine("values    norm_sums norm_gradient_sums norm_combine");
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            (double sums, double gradientSums, double combination) =
                NormSpeeds.SharesOfKernels(kernels, type, device, rate);
            Console.WriteLine(Invariant($"{type,-9} {sums,9:P0} {gradientSums,18:P0} {combination,12:P0}"));
        }
        Console.WriteLine(
            "\nTraining steps, ms            op by op    kernels  in TF32 alone  in TF32  in bfloat16  converted");
        foreach (MeasuredNetwork network in MeasuredNetwork.All)
        {
            Row(network, device);
        }
    }

    private static void Row(MeasuredNetwork network, Device device)
    {
        double Time(bool areKernelsOff, bool isTf32, ScalarType? type, bool keepsType = true, bool halves = true)
        {
            using IDisposable? products = TensorFloat32.Use(device, isTf32);
            CudaUse.AreKernelsOff = areKernelsOff;
            try
            {
                using var step = new NetworkStep(
                    network.Template, network.Image, network.TimeSteps, network.Rows, device,
                    productType: type, keepsProductType: keepsType, halvesWeightGradients: halves);
                return Milliseconds(step.Run, device, repetitions: 10);
            }
            finally
            {
                CudaUse.AreKernelsOff = false;
            }
        }
        (double opByOp, double own) = (Time(true, false, null), Time(false, false, null));
        double tf32Alone = Time(false, true, ScalarType.Float32, halves: false); // weights' gradients, too
        (double tf32, double half) = (Time(false, true, ScalarType.Float32), Time(false, false, ScalarType.BFloat16));
        double converted = Time(false, false, ScalarType.BFloat16, keepsType: false);
        Console.WriteLine(Invariant($"{network.Title,-28} {opByOp,9:0.0} {own,10:0.0} ") +
            Invariant($"{tf32Alone,14:0.0} {tf32,8:0.0} ") +
            Invariant($"{half,12:0.0} {converted,10:0.0}"));
    }

    private static (double Forward, double Backward) Shares(CudaKernels kernels, SpikingNeuronDefinition neuron,
        int timeSteps, ScalarType type, Device device, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        bool isHalf = type == ScalarType.BFloat16;
        Tensor current = rand([timeSteps, Neurons], device: device).mul(3).to(type);
        Tensor spikes = empty_like(current), gradient = empty_like(current), learnedGradient = empty(1, device: device);
        NeuronLaunch Launch(bool isBackward) => new(kernels,
            DeviceMemory.Program(neuron, timeSteps, isConstant: false, isBackward, Neurons, current, spikes, gradient),
            DeviceConstants.Of(neuron), Neurons);
        NeuronLaunch launch = Launch(isBackward: false), back = Launch(isBackward: true);
        Tensor derived = empty([DeviceConstants.Size / 8], ScalarType.Float64, device);
        Tensor scratch = empty([back.ScratchBytes / 8], ScalarType.Float64, device);
        Tensor learned = zeros(1, device: device);
        if (neuron.LearnedScalars.Count > 0)
        {
            launch.Derive(DeviceMemory.Address(learned), DeviceMemory.Address(derived));
        }
        (nint x, nint s, nint g) =
            (DeviceMemory.Address(current), DeviceMemory.Address(spikes), DeviceMemory.Address(gradient));
        (nint c, nint w, nint l) =
            (DeviceMemory.Address(derived), DeviceMemory.Address(scratch), DeviceMemory.Address(learnedGradient));
        double forward = Milliseconds(() => launch.Forward(x, s, 0, c), device, Repetitions);
        double backward = Milliseconds(() => back.Backward(x, s, g, c, w, l), device, Repetitions);
        double values = (double)timeSteps * Neurons * (isHalf ? 2 : 4); // bytes of an array
        return (2 * values / (forward / 1000) / rate, 3 * values / (backward / 1000) / rate);
    }

    internal static double CopyRate(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor from = zeros([4 * Neurons], device: device), to = empty_like(from);
        double time = Milliseconds(() => to.copy_(from), device, Repetitions);
        return 2.0 * 4 * Neurons * sizeof(float) / (time / 1000);
    }

    internal static double Milliseconds(
        Action action, Device device, int repetitions, int unmeasured = 3)
    {
        for (int i = 0; i < unmeasured; i++)
        {
            action();
        }
        cuda.synchronize(device);
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < repetitions; i++)
        {
            action();
        }
        cuda.synchronize(device);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds / repetitions;
    }
}
