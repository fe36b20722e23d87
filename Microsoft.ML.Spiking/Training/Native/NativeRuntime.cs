using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// Loads libtorch before anything else touches TorchSharp, whose own message for a failed load is thirty lines long and
/// does not name the cause.
/// </summary>
internal static partial class NativeRuntime
{
    private static readonly Lock Gate = new();
    private static bool _isLoaded;

    /// <summary>Loads libtorch; once loaded, does nothing.</summary>
    /// <param name="withCuda">Whether a CUDA build is to be preferred.</param>
    /// <param name="use">What for.</param>
    /// <exception cref="InvalidOperationException">It cannot be loaded; one sentence says why and what to
    /// do.</exception>
    public static void EnsureLoaded(bool withCuda, TorchUse use = TorchUse.Training)
    {
        lock (Gate)
        {
            if (_isLoaded)
            {
                return;
            }
            try
            {
                NativeEnvironment.Run([.. OpenMP.Variables(), .. HugePages.Variables()], () => Load(withCuda));
            }
            catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException
                or EntryPointNotFoundException)
            {
                throw new InvalidOperationException(Explain(exception.Message, use), exception);
            }
            _isLoaded = true;
        }
    }

    private static void Load(bool withCuda)
    {
        Assembly torchSharp = typeof(torch).Assembly;
        if (withCuda)
        {
            NativeLibrary.TryLoad("torch_cuda", torchSharp, null, out _); // there only with a CUDA package
        }
        // In this order: LibTorchSharp finds libtorch in its own folder only when that is loaded already.
        bool isFound = NativeLibrary.TryLoad("torch_cpu", torchSharp, null, out nint torchLibrary);
        nint library = NativeLibrary.Load("LibTorchSharp", torchSharp, null);
        OpenMP.Find(isFound ? torchLibrary : library);
        OneDnn.Check(isFound ? torchLibrary : library);
        torch.empty(1).Dispose(); // the first allocation, by which libtorch decides about huge pages
    }

    /// <summary>Returns one sentence for what the loader said.</summary>
    internal static string Explain(string loaderMessage, TorchUse use = TorchUse.Training)
    {
        (string what, string remark) = use == TorchUse.Training
            ? ("Training", "scoring needs none")
            : ("Scoring with ScoringBackend.Torch", "ScoringBackend.Managed needs none");
        if (MissingVersion().Match(loaderMessage) is { Success: true } match)
        {
            string version = match.Groups["version"].Value;
            return version.StartsWith("GLIBCXX", StringComparison.Ordinal)
                ? $"{what} needs a newer C++ runtime: this system's libstdc++ lacks {version}, which TorchSharp's " +
                  "native library is built against; install libstdc++6 of GCC 13 or later (Ubuntu 24.04, Debian 13, " +
                  "Fedora 39, RHEL 10 have it)."
                : $"{what} needs a newer C library: this system lacks {version}, which TorchSharp's native library " +
                  "is built against.";
        }
        if (MissingSymbol().Match(loaderMessage) is { Success: true } symbol)
        {
            return $"{what} needs the libtorch that TorchSharp {PackageVersion()} is built against: the one that was " +
                $"found lacks {symbol.Groups["symbol"].Value}. Another libtorch may lie in the application's " +
                "folder or in LD_LIBRARY_PATH; remove it, or add the package that belongs to TorchSharp.";
        }
        if (MissingLibrary().Match(loaderMessage) is { Success: true } library)
        {
            return $"{what} found libtorch, but not {library.Groups["file"].Value}, which it needs: install that " +
                "library, or add the whole package TorchSharp-cpu, TorchSharp-cuda-linux or " +
                $"TorchSharp-cuda-windows, version {PackageVersion()}.";
        }
        if (!Environment.Is64BitProcess)
        {
            return $"{what} needs a 64-bit process: libtorch exists for nothing else.";
        }
        return $"{what} needs libtorch, which was not found: add the package TorchSharp-cpu, TorchSharp-cuda-linux " +
            $"or TorchSharp-cuda-windows, version {PackageVersion()}, to the application ({remark}).";
    }

    private static string PackageVersion()
    {
        Version version = typeof(torch).Assembly.GetName().Version ?? new();
        return $"{version.Major}.{version.Minor}.{version.Build}";
    }

    [GeneratedRegex(@"undefined symbol: (?<symbol>\w+)")]
    private static partial Regex MissingSymbol();

    // A library that another one asks for is named without a path; those that were tried have one, or are libtorch's
    // own.
    [GeneratedRegex(@"(?<![\w/.-])(?<file>(?!libtorch|(lib)?LibTorchSharp)[\w+-][\w.+-]*\.so[\w.]*)" +
        ": cannot open shared object file")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex(@"version [`'](?<version>(GLIBCXX|GLIBC|CXXABI)_[0-9.]+)' not found")]
    private static partial Regex MissingVersion();
}

/// <summary>The use of libtorch, named in sentences about its absence.</summary>
internal enum TorchUse
{
    Training,
    Scoring,
}
