using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// A driver whose device is the CPU: it launches the output of <see cref="HostCompiler"/> in this process's memory, and
/// records every call. Calls can be made to fail.
/// </summary>
internal sealed unsafe class HostDriver : ICudaDriver
{
    /// <summary>The handle of the context.</summary>
    public const nint Context = 77;

    private readonly List<string> _programs = [""];
    private readonly List<nint> _functions = [0];
    private readonly List<string> _names = [""];

    public int Version { get; init; } = 12080;

    public int Capability { get; init; } = 90;

    /// <summary>Gets the calls that fail, and their status.</summary>
    public Dictionary<string, int> Failures { get; } = [];

    /// <summary>Gets the calls so far.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Gets the kernels that were launched, in turn.</summary>
    public List<string> Launched { get; } = [];

    /// <summary>Gets whether launches do nothing.</summary>
    public bool IsIdle { get; init; }

    /// <summary>Gets the kernel whose launches do nothing; null for none.</summary>
    public string? IdleKernel { get; init; }

    /// <summary>Gets the number of contexts that were pushed and not popped.</summary>
    public int Depth { get; private set; }

    public int Initialize() => Note("cuInit");

    public int GetVersion(out int version)
    {
        version = Version;
        return Note("cuDriverGetVersion");
    }

    public int GetDevice(int index, out int device)
    {
        device = index + 10;
        return Note("cuDeviceGet", index);
    }

    public int GetCapability(int device, out int capability)
    {
        capability = Capability;
        return Note("cuDeviceGetAttribute", device);
    }

    public int RetainContext(int device, out nint context)
    {
        context = Context;
        return Note("cuDevicePrimaryCtxRetain", device);
    }

    public int PushContext(nint context)
    {
        int status = Note("cuCtxPushCurrent", context);
        Depth += status == 0 ? 1 : 0;
        return status;
    }

    public int PopContext()
    {
        Depth--;
        return Note("cuCtxPopCurrent");
    }

    public int LoadModule(byte[] image, out nint module)
    {
        module = _programs.Count;
        _programs.Add(Encoding.UTF8.GetString(image));
        return Note("cuModuleLoadData");
    }

    public int GetFunction(nint module, string name, out nint function)
    {
        string[] parts = _programs[(int)module].Split('#');
        function = _functions.Count;
        _names.Add(name);
        _functions.Add(IsIdle ? 0 : NativeLibrary.GetExport(NativeLibrary.Load(parts[0]), $"{parts[1]}_{name}"));
        return Note("cuModuleGetFunction", name);
    }

    public int Launch(nint function, uint blocks, uint threads, nint stream, void** arguments)
    {
        int status = Note("cuLaunchKernel", blocks, threads, stream);
        Launched.Add(_names[(int)function]);
        if (status == 0 && !IsIdle && _names[(int)function] != IdleKernel)
        {
            Assert.AreEqual(1, Depth, "The context is not current.");
            long refused = ((delegate* unmanaged<uint, void**, long>)_functions[(int)function])(blocks, arguments);
            Assert.AreEqual(0, refused, "accesses that a card would refuse, or barriers that not all threads reach");
        }
        return status;
    }

    public int CreateEvent(out nint handle)
    {
        handle = 88;
        return Note("cuEventCreate");
    }

    public int RecordEvent(nint handle, nint stream) => Note("cuEventRecord", handle, stream);

    public int WaitForEvent(nint handle) => Note("cuEventSynchronize", handle);

    public int DestroyEvent(nint handle) => Note("cuEventDestroy", handle);

    public string NameOf(int status) => string.Create(CultureInfo.InvariantCulture, $"CUDA_ERROR_{status}");

    public nint CurrentStream(int index) => 5;

    private int Note(string call, params object[] arguments)
    {
        lock (Calls)
        {
            Calls.Add(string.Create(CultureInfo.InvariantCulture, $"{call}({string.Join(", ", arguments)})"));
        }
        return Failures.GetValueOrDefault(call);
    }
}
