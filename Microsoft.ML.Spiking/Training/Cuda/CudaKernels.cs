using System.Collections.Concurrent;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The kernels of one CUDA device: each compiled at its first use and kept. Launches go to libtorch's current stream in
/// the context that libtorch uses, from any thread.
/// </summary>
internal sealed unsafe class CudaKernels
{
    /// <summary>CUDA's status for memory that is not there.</summary>
    private const int OutOfMemory = 2;

    // CUDA 12's driver runs what any NVRTC 12 compiles for its device.
    private const int VersionsOfMajor = 1000;

    private readonly ICudaDriver _driver;
    private readonly IRuntimeCompiler _compiler;
    private readonly int _index;
    private readonly nint _context;
    private readonly ConcurrentDictionary<ICudaProgram, Module> _modules = [];
    private readonly ConcurrentDictionary<(ICudaProgram, string), nint> _functions = [];

    private CudaKernels(ICudaDriver driver, IRuntimeCompiler compiler, int index, int capability, nint context)
    {
        _driver = driver;
        _compiler = compiler;
        _index = index;
        _context = context;
        // An architecture that the compiler does not know yet gets PTX of the highest that it knows, which the driver
        // compiles.
        IsPtx = !compiler.Architectures.Contains(capability);
        Architecture = IsPtx ? compiler.Architectures.Where(known => known <= capability).Max() : capability;
    }

    /// <summary>Gets the compute capability that is compiled for, as 80 or 90.</summary>
    public int Architecture { get; }

    /// <summary>Gets whether PTX is compiled, for the driver to make machine code of.</summary>
    public bool IsPtx { get; }

    /// <summary>Prepares the kernels of a device; compiles none.</summary>
    /// <param name="driver">The driver.</param>
    /// <param name="compiler">The compiler.</param>
    /// <param name="index">The device, from 0, as CUDA and libtorch count.</param>
    /// <exception cref="CudaKernelException">They cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The device has too little memory left.</exception>
    public static CudaKernels Open(ICudaDriver driver, IRuntimeCompiler compiler, int index)
    {
        void Check(int status, string call)
        {
            RefuseShortage(status, call);
            if (status != 0)
            {
                throw new CudaKernelException(Invariant($"{call} failed with {driver.NameOf(status)}"));
            }
        }
        Check(driver.Initialize(), "cuInit");
        Check(driver.GetVersion(out int version), "cuDriverGetVersion");
        int needed = compiler.Version / VersionsOfMajor * VersionsOfMajor;
        if (version < needed)
        {
            throw new CudaKernelException($"the driver supports CUDA {Text(version)} and they need CUDA " +
                $"{Text(needed)}; install a newer driver");
        }
        Check(driver.GetDevice(index, out int device), "cuDeviceGet");
        Check(driver.GetCapability(device, out int capability), "cuDeviceGetAttribute");
        if (!compiler.Architectures.Any(known => known <= capability))
        {
            string lowest = Capability(compiler.Architectures.DefaultIfEmpty().Min());
            throw new CudaKernelException($"the device has compute capability {Capability(capability)} and NVRTC " +
                $"{Text(compiler.Version)} compiles for {lowest} or later");
        }
        Check(driver.RetainContext(device, out nint context), "cuDevicePrimaryCtxRetain");
        return new(driver, compiler, index, capability, context);
    }

    /// <summary>Launches a kernel; does not wait for it.</summary>
    /// <param name="program">The program that has it; compiled if it is new.</param>
    /// <param name="kernel">The kernel's name.</param>
    /// <param name="threads">Number of threads; rounded up to whole blocks. None launches nothing.</param>
    /// <param name="arguments">The addresses of its arguments.</param>
    /// <exception cref="CudaKernelException">It does not compile.</exception>
    /// <exception cref="InvalidOperationException">It cannot be launched.</exception>
    public void Launch(ICudaProgram program, string kernel, long threads, void** arguments)
    {
        if (threads == 0)
        {
            return;
        }
        Run(_driver.PushContext(_context), "cuCtxPushCurrent");
        try
        {
            nint function = Function(program, kernel);
            uint blocks = checked((uint)((threads + NeuronProgram.BlockSize - 1) / NeuronProgram.BlockSize));
            Run(_driver.Launch(function, blocks, NeuronProgram.BlockSize, _driver.CurrentStream(_index), arguments),
                $"cuLaunchKernel of {kernel}");
        }
        finally
        {
            _driver.PopContext();
        }
    }

    /// <summary>Compiles a program, if it is new, and finds its kernel; several threads can.</summary>
    /// <param name="program">The program.</param>
    /// <param name="kernel">The kernel's name.</param>
    /// <exception cref="CudaKernelException">It does not compile.</exception>
    public void Prepare(ICudaProgram program, string kernel) => InContext(() => _ = Function(program, kernel));

    /// <summary>Creates a mark in libtorch's current stream, of nothing yet.</summary>
    public nint CreateMark()
    {
        nint mark = 0;
        InContext(() => Run(_driver.CreateEvent(out mark), "cuEventCreate"));
        return mark;
    }

    /// <summary>Marks what libtorch's current stream has been asked for so far; does not wait.</summary>
    public void SetMark(nint mark) =>
        InContext(() => Run(_driver.RecordEvent(mark, _driver.CurrentStream(_index)), "cuEventRecord"));

    /// <summary>Waits for what was marked.</summary>
    public void WaitForMark(nint mark) => InContext(() => Run(_driver.WaitForEvent(mark), "cuEventSynchronize"));

    /// <summary>Frees a mark.</summary>
    public void FreeMark(nint mark) => InContext(() => _driver.DestroyEvent(mark));

    private void InContext(Action action)
    {
        Run(_driver.PushContext(_context), "cuCtxPushCurrent");
        try
        {
            action();
        }
        finally
        {
            _driver.PopContext();
        }
    }

    private static string Text(int version) => Invariant($"{version / 1000}.{version % 1000 / 10}");

    private static string Capability(int capability) => Invariant($"{capability / 10}.{capability % 10}");

    private nint Function(ICudaProgram program, string kernel) => _functions.GetOrAdd((program, kernel), _ =>
    {
        nint module = Loaded(program);
        Run(_driver.GetFunction(module, kernel, out nint function), $"cuModuleGetFunction of {kernel}");
        return function;
    });

    // What fails, as for want of memory, is tried again at the next launch.
    private nint Loaded(ICudaProgram program)
    {
        Module module = _modules.GetOrAdd(program, _ => new());
        lock (module.Gate)
        {
            return module.Handle ??= Load(program);
        }
    }

    private nint Load(ICudaProgram program)
    {
        string architecture = Invariant($"--gpu-architecture={(IsPtx ? "compute" : "sm")}_{Architecture}");
        byte[] image = _compiler.Compile(program.Source,
            [architecture, "--fmad=false", "--std=c++14", .. program.Definitions], IsPtx);
        Run(_driver.LoadModule(image, out nint module), "cuModuleLoadData");
        return module;
    }

    private void Run(int status, string call)
    {
        RefuseShortage(status, call);
        if (status != 0)
        {
            throw new InvalidOperationException($"{call} failed with {_driver.NameOf(status)}.");
        }
    }

    private static void RefuseShortage(int status, string call)
    {
        if (status == OutOfMemory)
        {
            throw new InvalidOperationException($"CUDA error: out of memory ({call})."); // as libtorch says it
        }
    }

    /// <summary>A compiled program in the device's memory; no handle before it is loaded.</summary>
    private sealed class Module
    {
        public Lock Gate { get; } = new();

        public nint? Handle { get; set; }
    }
}
