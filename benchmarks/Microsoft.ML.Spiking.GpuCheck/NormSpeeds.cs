using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>The kernels of batch normalization with neurons behind it, as shares of the rate of a copy.</summary>
internal static class NormSpeeds
{
    private const int TimeSteps = 4;
    private const int Rows = 256;
    private const int Channels = 64;
    private const int Area = 1024;

    // Arrays that are read or written: forward for the statistics x, for the neurons x and the spikes; backward for the
    // neurons x and two gradients, for the sums x and a gradient, for the result x and two gradients.
    private const int ForwardArrays = 3;
    private const int BackwardArrays = 8;

    public static (double Forward, double Backward) Shares(CudaKernels kernels, SpikingNeuronDefinition neuron,
        bool isChannelsLast, ScalarType type, Device device, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        bool isHalf = type == ScalarType.BFloat16;
        const long n = (long)Rows * Channels * Area;
        Tensor current = rand([TimeSteps, n], device: device).to(type);
        Tensor spikes = empty_like(current), byNormalized = empty_like(current), gradient = empty_like(current);
        NormLaunch norm = Launch(kernels, isChannelsLast, isHalf);
        Tensor weight = ones(Channels, device: device), bias = ones(Channels, device: device);
        Tensor constants = empty([3 * norm.Columns], ScalarType.Float32, device);
        Tensor exact = empty([2 * norm.Columns], ScalarType.Float64, device);
        Tensor moved = empty([2 * Channels], ScalarType.Float32, device), combination = empty_like(constants);
        Tensor byWeight = empty_like(weight), byBias = empty_like(weight), byLearned = empty(1, device: device);
        Tensor scratch = empty([norm.ScratchDoubles], ScalarType.Float64, device);
        var results = new NormResults(Address(constants), Address(exact), Address(moved));

        NeuronProgram Program(bool isBackward) => DeviceMemory.Program(neuron, TimeSteps, isConstant: false, isBackward,
            isChannelsLast ? Channels : Area, current, spikes, byNormalized) with
        {
            Normalization = isChannelsLast ? ProgramNormalization.ChannelsLast : ProgramNormalization.Planes,
        };
        var constantsOf = DeviceConstants.Of(neuron);
        DeviceChannels channels = norm.Channels(results);
        var neurons = new NeuronLaunch(kernels, Program(isBackward: false), constantsOf, n, channels);
        var back = new NeuronLaunch(kernels, Program(isBackward: true), constantsOf, n, channels);
        Tensor derived = empty([DeviceConstants.Size / 8], ScalarType.Float64, device);
        Tensor work = empty([back.ScratchBytes / 8], ScalarType.Float64, device), learned = zeros(1, device: device);
        if (neuron.LearnedScalars.Count > 0)
        {
            neurons.Derive(Address(learned), Address(derived));
        }
        double forward = Speeds.Milliseconds(() =>
        {
            norm.Statistics(Address(current), Address(weight), Address(bias), results, default, new(1e-5, 0.1, 1),
                Address(scratch));
            neurons.Forward(Address(current), Address(spikes), 0, Address(derived));
        }, device, Speeds.Repetitions);
        double backward = Speeds.Milliseconds(() =>
        {
            back.Backward(Address(current), Address(spikes), Address(byNormalized), Address(derived), Address(work),
                Address(byLearned));
            norm.Backward(Address(current), Address(byNormalized), Address(gradient), Address(weight), results,
                (Address(byWeight), Address(byBias)), Address(combination), Address(scratch));
        }, device, Speeds.Repetitions);
        double values = (double)TimeSteps * n * (isHalf ? 2 : 4); // bytes of an array
        return (ForwardArrays * values / (forward / 1000) / rate, BackwardArrays * values / (backward / 1000) / rate);
    }

    /// <summary>Returns the shares of single kernels, channels-last: of the sums each way and of the result.</summary>
    public static (double Sums, double GradientSums, double Combination) SharesOfKernels(
        CudaKernels kernels, ScalarType type, Device device, double rate)
    {
        using DisposeScope scope = NewDisposeScope();
        bool isHalf = type == ScalarType.BFloat16;
        Tensor values = rand([TimeSteps, (long)Rows * Channels * Area], device: device).to(type);
        Tensor upstream = empty_like(values).copy_(values), gradient = empty_like(values);
        NormLaunch norm = Launch(kernels, isChannelsLast: true, isHalf);
        Tensor constants = ones([3 * norm.Columns], ScalarType.Float32, device);
        Tensor scratch = empty([norm.ScratchDoubles], ScalarType.Float64, device);
        (nint x, nint u, nint g) = (Address(values), Address(upstream), Address(gradient));
        (nint c, nint s) = (Address(constants), Address(scratch));
        double bytes = (double)values.numel() * values.element_size();
        double Share(int arrays, Action launch) =>
            arrays * bytes / (Speeds.Milliseconds(launch, device, Speeds.Repetitions) / 1000) / rate;
        return (Share(1, () => norm.Sum(x, s)), Share(2, () => norm.SumGradients(x, u, new(c, 0, 0), s)),
            Share(3, () => norm.Combine(x, u, g, c)));
    }

    private static NormLaunch Launch(CudaKernels kernels, bool isChannelsLast, bool isHalf)
    {
        int width = NormProgram.WidthFor(isChannelsLast ? Channels : Area, alignment: 8, isHalf);
        return new(kernels, new(width, isChannelsLast, isHalf), TimeSteps, TimeSteps,
            isChannelsLast ? Rows * Area : Rows, Channels, isChannelsLast ? 1 : Area);
    }

    private static nint Address(Tensor tensor) => DeviceMemory.Address(tensor);
}
