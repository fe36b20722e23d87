namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The part of NVIDIA's driver API that is used, and libtorch's calls about CUDA. Methods return the driver's status, 0
/// for success.
/// </summary>
internal unsafe interface ICudaDriver
{
    /// <summary>cuInit.</summary>
    int Initialize();

    /// <summary>cuDriverGetVersion: 1000 times the major version of CUDA plus 10 times the minor one.</summary>
    int GetVersion(out int version);

    /// <summary>cuDeviceGet.</summary>
    int GetDevice(int index, out int device);

    /// <summary>cuDeviceGetAttribute, for the compute capability: 10 times the major part plus the minor one.</summary>
    int GetCapability(int device, out int capability);

    /// <summary>cuDevicePrimaryCtxRetain: the context that libtorch uses, too.</summary>
    int RetainContext(int device, out nint context);

    /// <summary>cuCtxPushCurrent.</summary>
    int PushContext(nint context);

    /// <summary>cuCtxPopCurrent.</summary>
    int PopContext();

    /// <summary>cuModuleLoadData.</summary>
    /// <param name="image">A cubin, or PTX that ends with a zero.</param>
    /// <param name="module">The module.</param>
    int LoadModule(byte[] image, out nint module);

    /// <summary>cuModuleGetFunction.</summary>
    int GetFunction(nint module, string name, out nint function);

    /// <summary>cuLaunchKernel, in one dimension and without dynamic shared memory.</summary>
    int Launch(nint function, uint blocks, uint threads, nint stream, void** arguments);

    /// <summary>cuEventCreate, without timing.</summary>
    int CreateEvent(out nint handle);

    /// <summary>cuEventRecord: marks what the stream has been asked for so far.</summary>
    int RecordEvent(nint handle, nint stream);

    /// <summary>cuEventSynchronize: waits for what was marked.</summary>
    int WaitForEvent(nint handle);

    /// <summary>cuEventDestroy.</summary>
    int DestroyEvent(nint handle);

    /// <summary>The name of a status, as cuGetErrorName has it.</summary>
    string NameOf(int status);

    /// <summary>libtorch's current stream of a device on this thread; 0 is the default stream.</summary>
    nint CurrentStream(int index);
}

/// <summary>NVRTC, the compiler of CUDA C++ that comes with libtorch.</summary>
internal interface IRuntimeCompiler
{
    /// <summary>Gets the version of CUDA: 1000 times the major part plus 10 times the minor one.</summary>
    int Version { get; }

    /// <summary>Gets the compute capabilities that it knows, as 80 or 90.</summary>
    IReadOnlyList<int> Architectures { get; }

    /// <summary>Compiles a source.</summary>
    /// <param name="source">CUDA C++.</param>
    /// <param name="options">Command line options.</param>
    /// <param name="isPtx">Whether the result is PTX and not machine code.</param>
    /// <exception cref="CudaKernelException">It does not compile; the message has the first error.</exception>
    byte[] Compile(string source, IReadOnlyList<string> options, bool isPtx);
}

/// <summary>A reason why CUDA kernels cannot be used; the message completes "CUDA kernels are not used: ".</summary>
internal sealed class CudaKernelException : Exception
{
    public CudaKernelException(string message) : base(message) { }

    public CudaKernelException(string message, Exception innerException) : base(message, innerException) { }
}
