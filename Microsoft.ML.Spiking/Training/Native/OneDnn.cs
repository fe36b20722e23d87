using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// oneDNN, by which libtorch computes convolutions on the CPU. Where it computes them wrongly it is switched off for
/// the process, and libtorch takes its own way, which is slower.
/// </summary>
/// <remarks>
/// On AMD's processors oneDNN (3.7.1, in libtorch 2.10) takes the size of the first-level cache from CPUID's leaf
/// 0x8000001D. Some hypervisors leave that empty; it then counts 1 byte and, to spare that cache, copies weights in an
/// order in which the zeros behind the last channels of a block land on weights of other taps, and memory that nothing
/// has written stays where they belong. Results are then wrong where input channels are no multiple of the block (8 or
/// 16), gradients by the input where output channels are none; now and then they are NaN. The same fault on ARM, which
/// later versions do not have, is https://github.com/uxlfoundation/oneDNN/issues/5313.
/// </remarks>
internal static unsafe class OneDnn
{
    private const int CacheLeaf = unchecked((int)0x8000001D);
    private const int EndOfAmd = 0x444D4163; // the last letters of "AuthenticAMD"

    // Far below any first-level cache, and far above what makes oneDNN reorder.
    private const long LeastCache = 1024;

    /// <summary>Gets whether it has been switched off.</summary>
    public static bool IsOff { get; private set; }

    /// <summary>Gets whether it computes wrongly and cannot be switched off.</summary>
    public static bool IsWrong { get; private set; }

    /// <summary>Switches it off where it computes wrongly. To be called when libtorch has been loaded.</summary>
    /// <param name="torchLibrary">A handle of libtorch.</param>
    public static void Check(nint torchLibrary)
    {
        if (!X86Base.IsSupported || !HidesCaches(X86Base.CpuId))
        {
            return;
        }
        // at::globalContext() and functions of at::Context that take a bool, as the compilers decorate them.
        bool isWindows = OperatingSystem.IsWindows();
        IsWrong = true; // until it is off
        string context = isWindows ? "?globalContext@at@@YAAEAVContext@1@XZ" : "_ZN2at13globalContextEv";
        if (!NativeLibrary.TryGetExport(torchLibrary, context, out nint contextAddress))
        {
            return;
        }
        nint all = ((delegate* unmanaged<nint>)contextAddress)();
        bool SwitchOff(string function)
        {
            string name = isWindows
                ? $"?{function}@Context@at@@QEAAX_N@Z" : $"_ZN2at7Context{function.Length}{function}Eb";
            bool isThere = NativeLibrary.TryGetExport(torchLibrary, name, out nint address);
            if (isThere)
            {
                ((delegate* unmanaged<nint, byte, void>)address)(all, 0);
            }
            return isThere;
        }
        IsOff = SwitchOff("setUserEnabledMkldnn");
        IsWrong = !IsOff;
        // It finds no cache, either, and libtorch would write so to the console with every convolution.
        _ = SwitchOff("setUserEnabledNNPACK");
    }

    /// <summary>Returns whether oneDNN takes the first-level cache for one that has no size.</summary>
    /// <param name="cpuId">The processor's answer to a leaf and its part.</param>
    internal static bool HidesCaches(Func<int, int, (int Eax, int Ebx, int Ecx, int Edx)> cpuId)
    {
        if (cpuId(0, 0).Ecx != EndOfAmd)
        {
            return false;
        }
        (_, int ebx, int sets, _) = cpuId(CacheLeaf, 0);
        long ways = ((ebx >> 22) & 0x3FF) + 1, parts = ((ebx >> 12) & 0x3FF) + 1, line = (ebx & 0xFFF) + 1;
        return ways * parts * line * (sets + 1L) < LeastCache;
    }
}
