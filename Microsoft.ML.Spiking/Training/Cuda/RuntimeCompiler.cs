using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>NVRTC, through its C functions.</summary>
internal sealed unsafe class RuntimeCompiler : IRuntimeCompiler
{
    private readonly nint _library;
    private readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> _create;
    private readonly delegate* unmanaged<nint, int, byte**, int> _compile;
    private readonly delegate* unmanaged<nint*, int> _destroy;
    private readonly delegate* unmanaged<int, byte*> _errorText;

    /// <param name="library">The library of <see cref="NativeCuda.Compiler"/>.</param>
    /// <exception cref="CudaKernelException">It lacks a function, or a function fails.</exception>
    public RuntimeCompiler(nint library)
    {
        _library = library;
        _create = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Find("nvrtcCreateProgram");
        _compile = (delegate* unmanaged<nint, int, byte**, int>)Find("nvrtcCompileProgram");
        _destroy = (delegate* unmanaged<nint*, int>)Find("nvrtcDestroyProgram");
        _errorText = (delegate* unmanaged<int, byte*>)Find("nvrtcGetErrorString");

        int major, minor, count;
        Check(((delegate* unmanaged<int*, int*, int>)Find("nvrtcVersion"))(&major, &minor), "nvrtcVersion");
        Version = (1000 * major) + (10 * minor);
        Check(((delegate* unmanaged<int*, int>)Find("nvrtcGetNumSupportedArchs"))(&count), "nvrtcGetNumSupportedArchs");
        int[] architectures = new int[count];
        fixed (int* first = architectures)
        {
            Check(((delegate* unmanaged<int*, int>)Find("nvrtcGetSupportedArchs"))(first), "nvrtcGetSupportedArchs");
        }
        Architectures = architectures;
    }

    public int Version { get; }

    public IReadOnlyList<int> Architectures { get; }

    public byte[] Compile(string source, IReadOnlyList<string> options, bool isPtx)
    {
        nint program = 0;
        var texts = new List<nint>();
        byte* Text(string text)
        {
            texts.Add(Marshal.StringToCoTaskMemUTF8(text));
            return (byte*)texts[^1];
        }
        try
        {
            Check(_create(&program, Text(source), Text("kernels.cu"), 0, null, null), "nvrtcCreateProgram");
            byte** list = stackalloc byte*[options.Count];
            for (int i = 0; i < options.Count; i++)
            {
                list[i] = Text(options[i]);
            }
            int status = _compile(program, options.Count, list);
            if (status != 0)
            {
                throw new CudaKernelException($"NVRTC says {Reason(status)}{FirstError(Log(program))}");
            }
            return isPtx
                ? Result(program, "nvrtcGetPTXSize", "nvrtcGetPTX")
                : Result(program, "nvrtcGetCUBINSize", "nvrtcGetCUBIN");
        }
        finally
        {
            if (program != 0)
            {
                _ = _destroy(&program);
            }
            texts.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    // ": " and the line of the log that says most; nothing where the log is empty.
    private static string FirstError(string log)
    {
        string[] lines = log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? line = lines.FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))
            ?? lines.FirstOrDefault();
        return line is null ? "" : $": {line}";
    }

    private string Log(nint program) =>
        Encoding.UTF8.GetString(Result(program, "nvrtcGetProgramLogSize", "nvrtcGetProgramLog")).TrimEnd('\0');

    private byte[] Result(nint program, string sizeName, string name)
    {
        nuint size;
        Check(((delegate* unmanaged<nint, nuint*, int>)Find(sizeName))(program, &size), sizeName);
        byte[] bytes = new byte[size];
        fixed (byte* first = bytes)
        {
            Check(((delegate* unmanaged<nint, byte*, int>)Find(name))(program, first), name);
        }
        return bytes;
    }

    private nint Find(string name) => NativeLibrary.TryGetExport(_library, name, out nint address)
        ? address
        : throw new CudaKernelException($"NVRTC has no {name}: it is older than CUDA 11.2");

    private string Reason(int status) => Marshal.PtrToStringUTF8((nint)_errorText(status))
        ?? string.Create(CultureInfo.InvariantCulture, $"status {status}");

    private void Check(int status, string call)
    {
        if (status != 0)
        {
            throw new CudaKernelException($"{call} failed with {Reason(status)}");
        }
    }
}
