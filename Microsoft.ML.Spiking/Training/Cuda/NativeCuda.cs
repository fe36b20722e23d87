using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>Finds the libraries that CUDA kernels need; each is loaded once and stays.</summary>
internal static class NativeCuda
{
    private static bool IsWindows => OperatingSystem.IsWindows();

    /// <summary>Returns the driver's library.</summary>
    /// <exception cref="CudaKernelException">There is none.</exception>
    public static nint Driver() => TryLoad(IsWindows ? ["nvcuda.dll"] : ["libcuda.so.1"], out nint library)
        ? library
        : throw new CudaKernelException("NVIDIA's driver library was not found");

    /// <summary>Returns a library that has NVRTC's functions.</summary>
    /// <exception cref="CudaKernelException">There is none.</exception>
    public static nint Compiler()
    {
        nint library;
        Assembly torchSharp = typeof(torch).Assembly;
        // libtorch's own, which depends on NVRTC: on Linux a search in it finds the functions of what it depends on.
        if (NativeLibrary.TryLoad("caffe2_nvrtc", torchSharp, null, out library) && HasCompiler(library))
        {
            return library;
        }
        string[] files = [.. Folders().SelectMany(Candidates)];
        return TryLoad(files, out library) && HasCompiler(library)
            ? library
            : throw new CudaKernelException(
                "NVRTC, the compiler that comes with libtorch's CUDA packages, was not found");
    }

    /// <summary>Returns libtorch's CUDA library; 0 where there is none.</summary>
    public static nint Torch() =>
        NativeLibrary.TryLoad("torch_cuda", typeof(torch).Assembly, null, out nint library) ? library : 0;

    /// <summary>Returns the files in a folder that may be NVRTC, the likeliest first.</summary>
    internal static IEnumerable<string> Candidates(string folder) => !Directory.Exists(folder) ? [] :
        Directory.EnumerateFiles(folder, IsWindows ? "nvrtc64_*_0.dll" : "libnvrtc*.so*")
        .Where(file => !Path.GetFileName(file).Contains("builtins", StringComparison.Ordinal))
        .OrderByDescending(file => file, StringComparer.Ordinal);

    // Beside libtorch, and where Python's packages of CUDA lie beside those of PyTorch.
    private static IEnumerable<string> Folders()
    {
        string[] searched =
        [
            AppContext.BaseDirectory,
            .. (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "").Split(
                Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
            .. (Environment.GetEnvironmentVariable(IsWindows ? "PATH" : "LD_LIBRARY_PATH") ?? "").Split(
                Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        ];
        foreach (string folder in searched)
        {
            yield return folder;
            string packages = Path.Combine(folder, "..", "..", "nvidia");
            if (Directory.Exists(packages))
            {
                foreach (string package in Directory.EnumerateDirectories(packages))
                {
                    yield return Path.Combine(package, IsWindows ? "bin" : "lib");
                }
            }
        }
    }

    private static bool HasCompiler(nint library) => NativeLibrary.TryGetExport(library, "nvrtcCompileProgram", out _);

    private static bool TryLoad(IEnumerable<string> names, out nint library)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out library))
            {
                return true;
            }
        }
        library = 0;
        return false;
    }
}
