using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The decision whether a device's neurons run in CUDA kernels, made at the first use of the device in the process: if
/// anything fails before the self-test has passed, they run op by op. Where the device had too little memory,
/// the decision is made again at the next use.
/// </summary>
/// <param name="Kernels">The kernels; null where they cannot be used.</param>
/// <param name="Reason">Why they cannot be used; null where they can.</param>
internal sealed record CudaUse(CudaKernels? Kernels, string? Reason)
{
    private static readonly ConcurrentDictionary<int, CudaDecision> ByDevice = [];

    /// <summary>Gets whether the reason is a shortage of memory, which may pass.</summary>
    public bool IsForNow { get; init; }

    /// <summary>Gets or sets whether networks that are built now run their neurons op by op, to compare.</summary>
    internal static bool AreKernelsOff { get; set; }

    /// <summary>Returns the kernels of a device; null on the CPU and where they cannot be used.</summary>
    public static CudaKernels? KernelsOf(Device device) =>
        device.type == DeviceType.CUDA && !AreKernelsOff ? Of(device).Use().Kernels : null;

    /// <summary>Returns why the kernels of a CUDA device could not be used; null where they can.</summary>
    public static string? ReasonOf(Device device) => Of(device).Latest().Reason;

    /// <summary>Says in one line why the neurons of a network do not run in CUDA kernels, where they do not.</summary>
    public static void Report(Device device, NetworkDefinition network, ITrainingObserver observer)
    {
        if (device.type == DeviceType.CUDA)
        {
            Of(device).Use().Report(network, observer);
        }
    }

    /// <inheritdoc cref="Report(Device, NetworkDefinition, ITrainingObserver)"/>
    internal void Report(NetworkDefinition network, ITrainingObserver observer)
    {
        string? reason = Reason ?? (network.TimeSteps > NeuronProgram.MaximumTimeSteps
            ? FormattableString.Invariant($"the network has {network.TimeSteps} time steps and they keep at most ") +
              FormattableString.Invariant($"{NeuronProgram.MaximumTimeSteps}")
            : null);
        if (reason is not null)
        {
            observer.Warning($"CUDA kernels are not used: {reason}; neurons run op by op.");
        }
    }

    /// <summary>Opens the kernels of a device and tests them.</summary>
    /// <param name="index">The device, from 0.</param>
    /// <param name="driver">Loads the driver.</param>
    /// <param name="compiler">Loads the compiler.</param>
    /// <param name="test">Throws where the kernels do not work.</param>
    internal static CudaUse Open(
        int index, Func<ICudaDriver> driver, Func<IRuntimeCompiler> compiler, Action<CudaKernels> test)
    {
        try
        {
            CudaKernels kernels = CudaKernels.Open(driver(), compiler(), index);
            test(kernels);
            return new(kernels, Reason: null);
        }
        catch (Exception fault) when (fault is CudaKernelException or InvalidOperationException or ExternalException
            or DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return new(null, fault.Message.ReplaceLineEndings(" ").TrimEnd('.', ' '))
            {
                IsForNow = MemoryShortage.Is(fault),
            };
        }
    }

    private static CudaDecision Of(Device device) => ByDevice.GetOrAdd(device.index, index => new(() => Open(index,
        () => new CudaDriver(NativeCuda.Driver(), NativeCuda.Torch()), () => new RuntimeCompiler(NativeCuda.Compiler()),
        kernels => CudaSelfTest.Run(kernels, new Device(DeviceType.CUDA, index)))));
}

/// <summary>The decision for a device, kept but for what may pass. Any thread may ask.</summary>
/// <param name="decide">Makes it.</param>
internal sealed class CudaDecision(Func<CudaUse> decide)
{
    private readonly Lock _gate = new();
    private CudaUse? _use;

    /// <summary>Returns the decision, made again where the last one was for its time alone.</summary>
    public CudaUse Use()
    {
        lock (_gate)
        {
            return _use is null or { IsForNow: true } ? _use = decide() : _use;
        }
    }

    /// <summary>Returns the decision that was made last.</summary>
    public CudaUse Latest()
    {
        lock (_gate)
        {
            return _use ??= decide();
        }
    }
}
