using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The calls to the driver and the compiler, without either.</summary>
[TestClass]
public sealed unsafe class CudaKernelsTests
{
    private static readonly NeuronProgram Program = NeuronProgram.Of(new ClifNeuron(), timeSteps: 4, width: 4);

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Launch_TwiceAndAnotherKernel_CompilesOnceAndPopsWhatItPushed()
    {
        var driver = new HostDriver { IsIdle = true };
        var compiler = new FixedCompiler();
        CudaKernels kernels = CudaKernels.Open(driver, compiler, index: 1);

        kernels.Launch(Program, "neuron_forward", threads: 257, null);
        kernels.Launch(Program, "neuron_forward", threads: 256, null);
        kernels.Launch(Program, "neuron_backward", threads: 1, null);
        kernels.Launch(Program, "neuron_forward", threads: 0, null);

        Assert.AreSequenceEqual(
        [
            "cuInit()", "cuDriverGetVersion()", "cuDeviceGet(1)", "cuDeviceGetAttribute(11)",
            "cuDevicePrimaryCtxRetain(11)",
            "cuCtxPushCurrent(77)", "cuModuleLoadData()", "cuModuleGetFunction(neuron_forward)",
            "cuLaunchKernel(2, 256, 5)", "cuCtxPopCurrent()",
            "cuCtxPushCurrent(77)", "cuLaunchKernel(1, 256, 5)", "cuCtxPopCurrent()",
            "cuCtxPushCurrent(77)", "cuModuleGetFunction(neuron_backward)", "cuLaunchKernel(1, 256, 5)",
            "cuCtxPopCurrent()",
        ], driver.Calls);
        Assert.AreEqual("--gpu-architecture=sm_90 --fmad=false --std=c++14 -DBACKWARD=0 -DTIME_STEPS=4 " +
            "-DWIDTH=4 -DNEURON=0 -DHARD_RESET=0 -DDETACHED=0 -DDECAYED=0 -DSURROGATE=3 -DCONSTANT_CURRENT=0 " +
            "-DBF16_CURRENT=0 -DBF16_SPIKES=0 -DNORMALIZED=0 -DPOOLED=0 -DEARLY=1 -DRECOMPUTED=0 " +
            "-DSHARED_STEPS=0 -DHALVES=0",
            compiler.Options.Single());
        Assert.IsFalse(compiler.IsPtx);
    }

    [TestMethod]
    [DataRow(80, 80, false)]
    [DataRow(86, 80, true)]
    [DataRow(120, 90, true)]
    public void Launch_ArchitectureThatTheCompilerDoesNotKnow_GetsPtxOfTheHighestKnown(
        int capability, int architecture, bool isPtx)
    {
        var compiler = new FixedCompiler();
        CudaKernels kernels = CudaKernels.Open(new HostDriver { IsIdle = true, Capability = capability }, compiler, 0);

        kernels.Launch(Program, "neuron_forward", 1, null);

        Assert.AreEqual((architecture, isPtx, isPtx), (kernels.Architecture, kernels.IsPtx, compiler.IsPtx));
        string kind = isPtx ? "compute" : "sm";
        Assert.StartsWith($"--gpu-architecture={kind}_{architecture} ", compiler.Options.Single());
    }

    [TestMethod]
    [DataRow("cuInit", "cuInit failed with CUDA_ERROR_3")]
    [DataRow("cuDriverGetVersion", "cuDriverGetVersion failed with CUDA_ERROR_3")]
    [DataRow("cuDeviceGet", "cuDeviceGet failed with CUDA_ERROR_3")]
    [DataRow("cuDeviceGetAttribute", "cuDeviceGetAttribute failed with CUDA_ERROR_3")]
    [DataRow("cuDevicePrimaryCtxRetain", "cuDevicePrimaryCtxRetain failed with CUDA_ERROR_3")]
    [DataRow("cuCtxPushCurrent", "cuCtxPushCurrent failed with CUDA_ERROR_3")]
    [DataRow("cuModuleLoadData", "cuModuleLoadData failed with CUDA_ERROR_3")]
    [DataRow("cuModuleGetFunction", "cuModuleGetFunction of neuron_forward failed with CUDA_ERROR_3")]
    [DataRow("cuLaunchKernel", "cuLaunchKernel of neuron_forward failed with CUDA_ERROR_3")]
    public void Use_CallThatFails_SaysWhyInOneLineAndRunsOpByOp(string call, string reason)
    {
        var driver = new HostDriver { IsIdle = true };
        driver.Failures[call] = 3;

        CudaUse use = Use(driver, new FixedCompiler(), kernels => kernels.Launch(Program, "neuron_forward", 1, null));

        AssertRefused(use, reason);
        Assert.AreEqual(0, driver.Depth);
    }

    [TestMethod]
    public void Use_DriverOlderThanTheCompiler_SaysSo() => AssertRefused(
        Use(new HostDriver { Version = 11080 }, new FixedCompiler()),
        "the driver supports CUDA 11.8 and they need CUDA 12.0; install a newer driver");

    [TestMethod]
    public void Use_DeviceOlderThanTheCompilerKnows_SaysSo() => AssertRefused(
        Use(new HostDriver { Capability = 61 }, new FixedCompiler()),
        "the device has compute capability 6.1 and NVRTC 12.8 compiles for 7.5 or later");

    [TestMethod]
    public void Use_SourceThatDoesNotCompile_SaysSo() => AssertRefused(
        Use(new HostDriver(),
            new FixedCompiler { Fault = "NVRTC says NVRTC_ERROR_COMPILATION: neuron.cu(7): error: x" },
            kernels => kernels.Launch(Program, "neuron_forward", 1, null)),
        "NVRTC says NVRTC_ERROR_COMPILATION: neuron.cu(7): error: x");

    [TestMethod]
    public void Use_LibraryThatIsNotThere_SaysSo()
    {
        if (torch.cuda.is_available())
        {
            Assert.Inconclusive("This machine has a CUDA device.");
        }
        AssertRefused(
            CudaUse.Open(0, () => new HostDriver(), () => new RuntimeCompiler(NativeCuda.Compiler()), _ => { }),
            "NVRTC, the compiler that comes with libtorch's CUDA packages, was not found");
        AssertRefused(
            CudaUse.Open(
                0, () => new CudaDriver(NativeCuda.Driver(), NativeCuda.Torch()), () => new FixedCompiler(), _ => { }),
            "NVIDIA's driver library was not found");
    }

    [TestMethod]
    public void Use_MoreStepsThanTheKernelsKeep_SaysSo()
    {
        var observer = new RecordingObserver();
        CudaUse use = Use(new HostDriver(), new FixedCompiler());

        use.Report(Toy.Network(timeSteps: 64), observer);
        Assert.IsEmpty(observer.Warnings);
        use.Report(Toy.Network(timeSteps: 65), observer);

        Assert.AreEqual("CUDA kernels are not used: the network has 65 time steps and they keep at most 64; " +
            "neurons run op by op.", observer.Warnings.Single());
    }

    [TestMethod]
    public void Launch_OutOfMemory_IsExplainedAsAShortage()
    {
        var driver = new HostDriver { IsIdle = true };
        driver.Failures["cuLaunchKernel"] = 2;
        CudaKernels kernels = CudaKernels.Open(driver, new FixedCompiler(), 0);

        var fault = Assert.ThrowsExactly<InvalidOperationException>(
            () => kernels.Launch(Program, "neuron_forward", 1, null));

        Assert.Contains("more was asked for than the GPU has",
            MemoryShortage.Explain(fault, Toy.Network(), Toy.Settings)!.Message);
    }

    [TestMethod]
    public void Launch_ModuleThatDidNotFit_IsLoadedAtTheNextLaunch()
    {
        var driver = new HostDriver { IsIdle = true };
        CudaKernels kernels = CudaKernels.Open(driver, new FixedCompiler(), 0);
        driver.Failures["cuModuleLoadData"] = 2;
        Assert.ThrowsExactly<InvalidOperationException>(() => kernels.Launch(Program, "neuron_forward", 1, null));
        driver.Failures.Clear();

        kernels.Launch(Program, "neuron_forward", 1, null);
        kernels.Launch(Program, "neuron_backward", 1, null);

        Assert.AreEqual(2, driver.Calls.Count(call => call == "cuModuleLoadData()"));
        Assert.HasCount(2, driver.Launched);
    }

    [TestMethod]
    public void Prepare_OneProgramOnSeveralThreads_LoadsItOnce()
    {
        var driver = new HostDriver { IsIdle = true };
        CudaKernels kernels = CudaKernels.Open(driver, new FixedCompiler(), 0);

        Parallel.For(0, 8, _ => kernels.Prepare(Program, "neuron_forward"));

        Assert.ContainsSingle(call => call == "cuModuleLoadData()", driver.Calls);
    }

    /// <summary>A shortage of memory may pass; whatever else is wrong stays so.</summary>
    [TestMethod]
    [DataRow("cuModuleLoadData", 2, true)]
    [DataRow("cuDevicePrimaryCtxRetain", 2, true)]
    [DataRow("cuModuleLoadData", 3, false)]
    [DataRow("cuInit", 3, false)]
    public void Use_AfterAFailure_IsTriedAgainWhereItWasAShortage(string call, int status, bool isTriedAgain)
    {
        var driver = new HostDriver { IsIdle = true };
        driver.Failures[call] = status;
        var decision = new CudaDecision(() =>
            Use(driver, new FixedCompiler(), kernels => kernels.Launch(Program, "neuron_forward", 1, null)));
        Assert.IsNull(decision.Use().Kernels);
        driver.Failures.Clear();

        Assert.IsNotNull(decision.Latest().Reason);
        CudaKernels? kernels = decision.Use().Kernels;

        Assert.AreEqual(isTriedAgain, kernels is not null);
        Assert.AreSame(kernels, decision.Use().Kernels);
        Assert.AreEqual(isTriedAgain, decision.Latest().Reason is null);
    }

    private static CudaUse Use(HostDriver driver, FixedCompiler compiler, Action<CudaKernels>? test = null) =>
        CudaUse.Open(0, () => driver, () => compiler, test ?? (_ => { }));

    private static void AssertRefused(CudaUse use, string reason)
    {
        var observer = new RecordingObserver();
        use.Report(Toy.Network(), observer);
        Assert.IsNull(use.Kernels);
        Assert.AreEqual($"CUDA kernels are not used: {reason}; neurons run op by op.", observer.Warnings.Single());
    }

    /// <summary>A compiler that compiles nothing.</summary>
    private sealed class FixedCompiler : IRuntimeCompiler
    {
        public int Version => 12080;

        public IReadOnlyList<int> Architectures => [75, 80, 90];

        public string? Fault { get; init; }

        public List<string> Options { get; } = [];

        public bool IsPtx { get; private set; }

        public byte[] Compile(string source, IReadOnlyList<string> options, bool isPtx)
        {
            Assert.AreEqual(CudaSource.Read("neuron.cu"), source);
            Options.Add(string.Join(' ', options));
            IsPtx = isPtx;
            return Fault is null ? "program"u8.ToArray() : throw new CudaKernelException(Fault);
        }
    }
}
