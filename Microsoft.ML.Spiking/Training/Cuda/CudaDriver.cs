using System.Globalization;
using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>NVIDIA's driver, through its C functions.</summary>
internal sealed unsafe class CudaDriver : ICudaDriver
{
    private const int MajorCapability = 75;
    private const int MinorCapability = 76;
    private const uint WithoutTiming = 2;

    private readonly delegate* unmanaged<uint, int> _initialize;
    private readonly delegate* unmanaged<int*, int> _getVersion;
    private readonly delegate* unmanaged<int*, int, int> _getDevice;
    private readonly delegate* unmanaged<int*, int, int, int> _getAttribute;
    private readonly delegate* unmanaged<nint*, int, int> _retainContext;
    private readonly delegate* unmanaged<nint, int> _pushContext;
    private readonly delegate* unmanaged<nint*, int> _popContext;
    private readonly delegate* unmanaged<nint*, byte*, int> _loadModule;
    private readonly delegate* unmanaged<nint*, nint, byte*, int> _getFunction;
    private readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>
        _launch;
    private readonly delegate* unmanaged<nint*, uint, int> _createEvent;
    private readonly delegate* unmanaged<nint, nint, int> _recordEvent;
    private readonly delegate* unmanaged<nint, int> _waitForEvent;
    private readonly delegate* unmanaged<nint, int> _destroyEvent;
    private readonly delegate* unmanaged<int, byte**, int> _getName;
    private readonly delegate* unmanaged<int, nint*, int> _currentStream;

    /// <param name="driver">The driver's library.</param>
    /// <param name="torch">libtorch's CUDA library; 0 to use the default stream, which TorchSharp never leaves.</param>
    /// <exception cref="CudaKernelException">The driver lacks a function.</exception>
    public CudaDriver(nint driver, nint torch)
    {
        nint Find(string name) => NativeLibrary.TryGetExport(driver, name, out nint address)
            ? address
            : throw new CudaKernelException($"the driver has no {name}; install a newer driver");
        _initialize = (delegate* unmanaged<uint, int>)Find("cuInit");
        _getVersion = (delegate* unmanaged<int*, int>)Find("cuDriverGetVersion");
        _getDevice = (delegate* unmanaged<int*, int, int>)Find("cuDeviceGet");
        _getAttribute = (delegate* unmanaged<int*, int, int, int>)Find("cuDeviceGetAttribute");
        _retainContext = (delegate* unmanaged<nint*, int, int>)Find("cuDevicePrimaryCtxRetain");
        _pushContext = (delegate* unmanaged<nint, int>)Find("cuCtxPushCurrent_v2");
        _popContext = (delegate* unmanaged<nint*, int>)Find("cuCtxPopCurrent_v2");
        _loadModule = (delegate* unmanaged<nint*, byte*, int>)Find("cuModuleLoadData");
        _getFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Find("cuModuleGetFunction");
        _launch = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
            Find("cuLaunchKernel");
        _createEvent = (delegate* unmanaged<nint*, uint, int>)Find("cuEventCreate");
        _recordEvent = (delegate* unmanaged<nint, nint, int>)Find("cuEventRecord");
        _waitForEvent = (delegate* unmanaged<nint, int>)Find("cuEventSynchronize");
        _destroyEvent = (delegate* unmanaged<nint, int>)Find("cuEventDestroy_v2");
        _getName = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorName");
        if (torch != 0 && NativeLibrary.TryGetExport(torch, "aoti_torch_get_current_cuda_stream", out nint stream))
        {
            _currentStream = (delegate* unmanaged<int, nint*, int>)stream;
        }
    }

    public int Initialize() => _initialize(0);

    public int GetVersion(out int version)
    {
        int result = 0, status = _getVersion(&result);
        version = result;
        return status;
    }

    public int GetDevice(int index, out int device)
    {
        int result = 0, status = _getDevice(&result, index);
        device = result;
        return status;
    }

    public int GetCapability(int device, out int capability)
    {
        int major = 0, minor = 0;
        int status = _getAttribute(&major, MajorCapability, device);
        status = status != 0 ? status : _getAttribute(&minor, MinorCapability, device);
        capability = (10 * major) + minor;
        return status;
    }

    public int RetainContext(int device, out nint context)
    {
        nint result = 0;
        int status = _retainContext(&result, device);
        context = result;
        return status;
    }

    public int PushContext(nint context) => _pushContext(context);

    public int PopContext()
    {
        nint context;
        return _popContext(&context);
    }

    public int LoadModule(byte[] image, out nint module)
    {
        nint result = 0;
        fixed (byte* first = image)
        {
            int status = _loadModule(&result, first);
            module = result;
            return status;
        }
    }

    public int GetFunction(nint module, string name, out nint function)
    {
        nint result = 0;
        byte* text = (byte*)Marshal.StringToCoTaskMemUTF8(name);
        int status = _getFunction(&result, module, text);
        Marshal.FreeCoTaskMem((nint)text);
        function = result;
        return status;
    }

    public int Launch(nint function, uint blocks, uint threads, nint stream, void** arguments) =>
        _launch(function, blocks, 1, 1, threads, 1, 1, 0, stream, arguments, null);

    public int CreateEvent(out nint handle)
    {
        nint result = 0;
        int status = _createEvent(&result, WithoutTiming);
        handle = result;
        return status;
    }

    public int RecordEvent(nint handle, nint stream) => _recordEvent(handle, stream);

    public int WaitForEvent(nint handle) => _waitForEvent(handle);

    public int DestroyEvent(nint handle) => _destroyEvent(handle);

    public string NameOf(int status)
    {
        byte* name = null;
        return _getName(status, &name) == 0 && name != null
            ? Marshal.PtrToStringUTF8((nint)name)!
            : string.Create(CultureInfo.InvariantCulture, $"CUDA's status {status}");
    }

    public nint CurrentStream(int index)
    {
        nint stream = 0;
        return _currentStream != null && _currentStream(index, &stream) == 0 ? stream : 0;
    }
}
