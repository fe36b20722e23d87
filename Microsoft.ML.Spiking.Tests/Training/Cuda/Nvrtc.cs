using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Tests.Repository;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// NVRTC of this machine, which needs no card: where the library finds it, in the system, or in the folder into which
/// build.sh nvrtc brings it.
/// </summary>
internal static class Nvrtc
{
    private static readonly string[] Names = ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"];

    private static readonly Lazy<RuntimeCompiler?> Found = new(Find);

    /// <summary>Returns the compiler; ends the test where there is none.</summary>
    public static RuntimeCompiler Compiler()
    {
        if (Found.Value is null)
        {
            Assert.Inconclusive("The CUDA kernels are not compiled to machine code: there is no NVRTC " +
                "(./build.sh nvrtc brings it, on Debian and Ubuntu).");
        }
        return Found.Value;
    }

    private static RuntimeCompiler? Find()
    {
        try
        {
            return new(NativeCuda.Compiler());
        }
        catch (CudaKernelException)
        {
        }
        string folder = Path.Combine(Folders.Root, "artifacts", "nvrtc");
        // NVRTC looks for its second library by name alone, and finds it once it is loaded.
        foreach (string file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*builtins*") : [])
        {
            NativeLibrary.Load(file);
        }
        foreach (string file in NativeCuda.Candidates(folder).Concat(Names))
        {
            if (NativeLibrary.TryLoad(file, out nint library))
            {
                return new(library);
            }
        }
        return null;
    }
}
