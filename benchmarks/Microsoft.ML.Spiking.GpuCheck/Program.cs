using System.Globalization;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>
/// Checks, line by line, that the library computes on a CUDA device what it computes on the CPU, and then measures its
/// speed there. The exit code is the number of failed checks; that the process ends at all is the last check.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        return arguments switch
        {
            [] => Check(),
            ["features"] => CheckFeatures(),
            ["speeds"] => Measure(Speeds.Print),
            ["tune"] => Measure(Tuning.Print),
            ["steps", ..] => StepRun.Run(arguments.AsSpan(1)),
            ["learn", ..] => Learning.Run(arguments.AsSpan(1)),
            _ => Refuse(),
        };
    }

    private static int Refuse()
    {
        Console.Error.WriteLine("gpu-check checks and measures; gpu-check features and gpu-check speeds do a part of " +
            "it; gpu-check tune measures neurons with other constants; gpu-check steps and gpu-check learn say what " +
            "they take");
        return 2;
    }

    private static int CheckFeatures()
    {
        var checks = new Checks();
        FeatureChecks.Run(checks, ComputeDevice.Auto);
        return checks.Finish($"a CUDA device is {(cuda.is_available() ? "" : "not ")}used");
    }

    private static int Measure(Action<CudaKernels, Device> print)
    {
        NativeRuntime.EnsureLoaded(withCuda: true);
        var device = new Device(DeviceType.CUDA, 0);
        if (!cuda.is_available() || CudaUse.KernelsOf(device) is not { } kernels)
        {
            Console.Error.WriteLine(cuda.is_available() ? CudaUse.ReasonOf(device) : "libtorch sees no CUDA device");
            return 1;
        }
        print(kernels, device);
        return 0;
    }

    private static int Check()
    {
        var checks = new Checks();
        bool isLoaded = checks.Run("libtorch is loaded", () =>
        {
            NativeRuntime.EnsureLoaded(withCuda: true);
            return Invariant($"TorchSharp {typeof(torch).Assembly.GetName().Version}");
        });
        bool isThere = isLoaded && checks.Run("a CUDA device is present", () => cuda.is_available()
            ? Invariant($"{cuda.device_count()} devices")
            : throw new InvalidOperationException("libtorch sees no CUDA device"));
        if (!isThere)
        {
            return checks.Finish("nothing else can be checked without a CUDA device");
        }
        var device = new Device(DeviceType.CUDA, 0);
        checks.Run("an operation of libtorch gives its result", () =>
        {
            using Tensor ones = torch.ones(4, device: device);
            using Tensor sum = ones.sum();
            return Checks.Equal(4f, sum.item<float>());
        });
        checks.Run("libtorch's stream is found", () =>
        {
            nint torchLibrary = NativeCuda.Torch();
            bool isExported = System.Runtime.InteropServices.NativeLibrary.TryGetExport(
                torchLibrary, "aoti_torch_get_current_cuda_stream", out _);
            return isExported
                ? Invariant($"stream {new CudaDriver(NativeCuda.Driver(), torchLibrary).CurrentStream(0)}")
                : throw new InvalidOperationException("libtorch does not export it; the default stream is used");
        });
        checks.Run("NVRTC is found", () =>
        {
            var compiler = new RuntimeCompiler(NativeCuda.Compiler());
            return Invariant($"CUDA {compiler.Version / 1000}.{compiler.Version % 1000 / 10}, ") +
                $"architectures {string.Join(' ', compiler.Architectures)}";
        });
        bool isUsed = checks.Run("the self-test of the kernels passes", () => CudaUse.KernelsOf(device) is { } kernels
            ? Invariant($"compiled for {kernels.Architecture}{(kernels.IsPtx ? " as PTX" : "")}")
            : throw new InvalidOperationException(CudaUse.ReasonOf(device)));
        if (isUsed)
        {
            NeuronChecks.Run(checks, CudaUse.KernelsOf(device)!, device);
            NormChecks.Run(checks, CudaUse.KernelsOf(device)!, device);
        }
        NetworkChecks.Run(checks, device);
        TrainingChecks.Run(checks, device, cuda.device_count());
        FeatureChecks.Run(checks, ComputeDevice.Cuda);
        if (isUsed && checks.Failed == 0)
        {
            Speeds.Print(CudaUse.KernelsOf(device)!, device);
        }
        return checks.Finish(
            checks.Failed == 0 ? "all checks passed" : "speeds are not measured where a check has failed");
    }
}
