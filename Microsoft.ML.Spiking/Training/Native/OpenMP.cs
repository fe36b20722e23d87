using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The entrance to a parallel region of the OpenMP runtime that libtorch is linked to: GCC's own, which LLVM's and
/// Intel's runtimes have too on Linux. https://gcc.gnu.org/onlinedocs/libgomp/Implementing-PARALLEL-construct.html
/// </summary>
internal static unsafe class OpenMP
{
    private const string Entrance = "GOMP_parallel";

    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> _parallel;

    /// <summary>Whether it has been found.</summary>
    public static bool IsThere => _parallel != null;

    /// <summary>Looks for it among the libraries that libtorch has loaded.</summary>
    /// <param name="torchLibrary">A handle of libtorch.</param>
    public static void Find(nint torchLibrary)
    {
        // By the handle, because a process may hold several such runtimes, and only libtorch's has the threads wanted.
        if (NativeLibrary.TryGetExport(torchLibrary, Entrance, out nint address))
        {
            _parallel = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)address;
        }
    }

    /// <summary>Calls a function on the threads of a team at once, the caller among them; returns after all of them.</summary>
    /// <param name="function">Must not throw.</param>
    /// <param name="data">Is handed to it.</param>
    /// <param name="threads">The most threads.</param>
    public static void Parallel(delegate* unmanaged<nint, void> function, nint data, int threads) =>
        _parallel(function, data, (uint)threads, 0);
}
