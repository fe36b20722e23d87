using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Spiking.Tests.Repository;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// The calls into NVIDIA's libraries, as they arrive at C functions of the same signatures, which g++ compiles
/// (stub.h).
/// </summary>
[TestClass]
public sealed unsafe class NativeBindingsTests
{
    private static nint _library;

    [TestInitialize]
    public void Compile()
    {
        HostCompiler.SkipWhereThereIsNone();
        if (_library == 0)
        {
            string source = Path.Combine(Folders.Root, "Microsoft.ML.Spiking.Tests", "Training", "Cuda", "stub.h");
            string folder = Directory.CreateTempSubdirectory("spiking-stub-").FullName;
            string file = Path.Combine(folder, "stub.so");
            Tool.Run(folder, "g++", "-x", "c++", "-std=c++17", "-shared", "-fPIC", "-Wall", "-Werror",
                "-o", file, source);
            _library = NativeLibrary.Load(file);
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestMethod]
    public void Kernels_OverTheBindings_CompileLaunchAndMark()
    {
        CudaKernels kernels =
            CudaKernels.Open(new CudaDriver(_library, _library), new RuntimeCompiler(_library), index: 1);
        int one = 7;
        double other = 0.5;
        void** arguments = stackalloc void*[] { &one, &other };
        string before = Text();

        kernels.Launch(new Program("source"), "kernel", threads: 513, arguments);
        nint mark = kernels.CreateMark();
        kernels.SetMark(mark);
        kernels.WaitForMark(mark);
        kernels.FreeMark(mark);

        Assert.AreEqual(90, kernels.Architecture);
        Assert.AreEqual((nint)400, mark);
        string[] calls = Text()[before.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.AreSequenceEqual(
        [
            "cuCtxPushCurrent 111",
            "nvrtcCreateProgram source kernels.cu 0 1", "option --gpu-architecture=sm_90", "option --fmad=false",
            "option --std=c++14", "option -DX=1", "nvrtcDestroyProgram 600",
            "cuModuleLoadData cubin", "cuModuleGetFunction 200 kernel",
            "cuLaunchKernel 300 3 1 1 256 1 1 0 501 7 0.5 1", "cuCtxPopCurrent",
            "cuCtxPushCurrent 111", "cuEventCreate 2", "cuCtxPopCurrent",
            "cuCtxPushCurrent 111", "cuEventRecord 400 501", "cuCtxPopCurrent",
            "cuCtxPushCurrent 111", "cuEventSynchronize 400", "cuCtxPopCurrent",
            "cuCtxPushCurrent 111", "cuEventDestroy 400", "cuCtxPopCurrent",
        ], calls);
    }

    [TestMethod]
    public void Compiler_OverTheBindings_GivesPtxAndErrors()
    {
        var compiler = new RuntimeCompiler(_library);

        byte[] ptx = compiler.Compile("source", ["--right"], isPtx: true);
        CudaKernelException fault = Assert.ThrowsExactly<CudaKernelException>(
            () => compiler.Compile("source", ["--wrong"], isPtx: true));

        Assert.AreEqual("ptx\0", Encoding.UTF8.GetString(ptx));
        Assert.AreEqual(12080, compiler.Version);
        Assert.AreSequenceEqual([80, 90], compiler.Architectures);
        Assert.AreEqual("NVRTC says NVRTC_ERROR_COMPILATION: x.cu(3): error: no such", fault.Message);
    }

    [TestMethod]
    public void Driver_OverTheBindings_NamesItsStatus()
    {
        var driver = new CudaDriver(_library, torch: 0);
        Assert.AreEqual("CUDA_ERROR_OUT_OF_MEMORY", driver.NameOf(2));
        Assert.AreEqual("CUDA's status 999", driver.NameOf(999));
        Assert.AreEqual(0, driver.CurrentStream(3));
        Assert.AreEqual(0, driver.GetVersion(out int version));
        Assert.AreEqual(12090, version);
    }

    [TestMethod]
    public void Driver_OfALibraryWithoutItsFunctions_SaysWhichIsMissing()
    {
        string name = OperatingSystem.IsWindows() ? "kernel32.dll" : "libc.so.6";
        CudaKernelException fault =
            Assert.ThrowsExactly<CudaKernelException>(() => new CudaDriver(NativeLibrary.Load(name), 0));
        Assert.AreEqual("the driver has no cuInit; install a newer driver", fault.Message);
    }

    private static string Text() => Marshal.PtrToStringUTF8(
        ((delegate* unmanaged<nint>)NativeLibrary.GetExport(_library, "stub_text"))())!;

    private sealed record Program(string Source) : ICudaProgram
    {
        public IReadOnlyList<string> Definitions { get; } = ["-DX=1"];
    }
}
