using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The OpenMP runtime that libtorch is linked to: the entrance to its parallel regions, and how long its threads spin.
/// The entrance is GCC's own, which LLVM's and Intel's runtimes have too on Linux.
/// https://gcc.gnu.org/onlinedocs/libgomp/Implementing-PARALLEL-construct.html
/// </summary>
internal static unsafe class OpenMP
{
    private const string Entrance = "GOMP_parallel";
    private const string SpinCount = "GOMP_SPINCOUNT";

    // Turns of the loop, some 0.1 ms: longer than most operations keep one thread waiting for the others, and far
    // shorter than the milliseconds of GCC's default, which on a busy machine are taken from the very thread that is
    // waited for. Measured by the benchmark "contention".
    private const string ShortSpin = "5000";

    private static delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void> _parallel;

    /// <summary>Gets whether the entrance has been found.</summary>
    public static bool IsThere => _parallel != null;

    /// <summary>
    /// Returns the variables that must be set while the runtime is loaded, which is when it reads them: none where the
    /// user has chosen how threads wait.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> Variables() =>
        NativeEnvironment.Get(SpinCount) is null && NativeEnvironment.Get("OMP_WAIT_POLICY") is null
            ? [new(SpinCount, ShortSpin)]
            : [];

    /// <summary>Looks for the entrance among the libraries that libtorch has loaded.</summary>
    /// <param name="torchLibrary">A handle of libtorch.</param>
    public static void Find(nint torchLibrary)
    {
        // By the handle, because a process may hold several such runtimes, and only libtorch's has the threads wanted.
        if (NativeLibrary.TryGetExport(torchLibrary, Entrance, out nint address))
        {
            _parallel = (delegate* unmanaged<delegate* unmanaged<nint, void>, nint, uint, uint, void>)address;
        }
    }

    /// <summary>
    /// Calls a function on the threads of a team at once, the caller among them; returns after all of them.
    /// </summary>
    /// <param name="function">Must not throw.</param>
    /// <param name="data">The argument of the function.</param>
    /// <param name="threads">The most threads.</param>
    public static void Parallel(delegate* unmanaged<nint, void> function, nint data, int threads) =>
        _parallel(function, data, (uint)threads, 0);
}
