using System.Runtime.InteropServices;

namespace Microsoft.ML.Spiking.Distributed.Mpi;

/// <summary>
/// The constants of an MPI library. There are two families: in Open MPI a handle is the address of an object that the
/// library exports; in MPICH, and in what is compatible with it (Intel MPI, MVAPICH, Microsoft MPI), an integer of
/// 32 bits. Their values are those of the families' mpi.h.
/// </summary>
/// <param name="World">MPI_COMM_WORLD.</param>
/// <param name="Byte">MPI_BYTE.</param>
/// <param name="NoInfo">MPI_INFO_NULL.</param>
/// <param name="NoStatus">MPI_STATUS_IGNORE.</param>
/// <param name="SharedMemory">MPI_COMM_TYPE_SHARED.</param>
/// <param name="HasAddresses">Whether handles are addresses.</param>
internal sealed record MpiConstants(
    nint World, nint Byte, nint NoInfo, nint NoStatus, int SharedMemory, bool HasAddresses)
{
    /// <summary>Gets the names of the library, those with a version first: they need no development package.</summary>
    public static IReadOnlyList<string> LibraryNames { get; } = OperatingSystem.IsWindows()
        ? ["msmpi.dll", "impi.dll"]
        : OperatingSystem.IsMacOS() ? ["libmpi.40.dylib", "libmpi.12.dylib", "libmpi.dylib"]
        : ["libmpi.so.40", "libmpi.so.12", "libmpich.so.12", "libmpi.so"];

    /// <summary>Returns the constants of a loaded library.</summary>
    public static MpiConstants Of(nint library) =>
        NativeLibrary.TryGetExport(library, "ompi_mpi_comm_world", out nint world)
        ? new(world, NativeLibrary.GetExport(library, "ompi_mpi_byte"),
            NativeLibrary.GetExport(library, "ompi_mpi_info_null"), NoStatus: 0, SharedMemory: 0, HasAddresses: true)
        : new(World: 0x44000000, Byte: 0x4c00010d, NoInfo: 0x1c000000, NoStatus: 1, SharedMemory: 1,
            HasAddresses: false);

    /// <summary>Returns a handle that the library has written into 8 bytes that were 0.</summary>
    public nint Handle(nint written) => HasAddresses ? written : (int)written;
}
