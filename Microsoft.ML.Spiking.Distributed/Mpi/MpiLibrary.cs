using System.Runtime.InteropServices;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Distributed.Mpi;

/// <summary>
/// The C interface of an MPI library, as far as ranks need it. The libraries agree on its functions and not on its
/// constants: see <see cref="MpiConstants"/>.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    private const int Serialized = 2; // MPI_THREAD_SERIALIZED: several threads, one at a time
    private const int Tag = 1;
    private const int Success = 0;
    private const int VersionLength = 8192; // MPI_MAX_LIBRARY_VERSION_STRING: 256 in Open MPI, 8192 in MPICH
    private const int ErrorLength = 1024;   // MPI_MAX_ERROR_STRING: 256 and 512 or 1024

    private readonly nint _library;
    private readonly MpiConstants _constants;
    private nint _world;
    private int _count;

    private MpiLibrary(nint library)
    {
        _library = library;
        _constants = MpiConstants.Of(library);
        _world = _constants.World;
    }

    /// <summary>Loads the library.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public static MpiLibrary Load() => Load(MpiConstants.LibraryNames);

    /// <summary>Loads the first of some libraries that is there.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    internal static MpiLibrary Load(IReadOnlyList<string> names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint library)
                && NativeLibrary.TryGetExport(library, "MPI_Init_thread", out _))
            {
                return new(library);
            }
        }
        throw new InvalidOperationException(
            $"No MPI library was found (looked for {string.Join(", ", names)}). Install one, on Debian and Ubuntu " +
            "Open MPI: apt-get install openmpi-bin; then start the program by mpirun -np 4. If it is in a folder of " +
            "its own, as on many clusters, load its module first or name the folder in LD_LIBRARY_PATH.");
    }

    /// <summary>Initializes MPI.</summary>
    /// <exception cref="InvalidOperationException">It lets only one thread call it.</exception>
    public void Start()
    {
        int provided;
        Check("MPI_Init_thread", ((delegate* unmanaged<nint, nint, int, int*, int>)Find("MPI_Init_thread"))(
            0, 0, Serialized, &provided));
        if (provided < Serialized)
        {
            throw new InvalidOperationException("The MPI library lets only the thread that has initialized it call " +
                "it, and trainings run on threads of their own; use a build with support for threads.");
        }
        // Its own communicator: the messages do not mix with those of the user's program.
        nint world = 0;
        Check("MPI_Comm_dup",
            ((delegate* unmanaged<nint, nint*, int>)Find("MPI_Comm_dup"))(_constants.World, &world));
        _world = _constants.Handle(world);
        _count = Count();
    }

    public int Rank() => OfCommunicator("MPI_Comm_rank", _world);

    public int Count() => OfCommunicator("MPI_Comm_size", _world);

    /// <summary>Returns the number of this process among those on the same machine, and how many they are.</summary>
    public (int Rank, int Count) OnThisMachine()
    {
        nint local = 0;
        Check("MPI_Comm_split_type",
            ((delegate* unmanaged<nint, int, int, nint, nint*, int>)Find("MPI_Comm_split_type"))(
                _world, _constants.SharedMemory, 0, _constants.NoInfo, &local));
        nint handle = _constants.Handle(local);
        (int, int) result = (OfCommunicator("MPI_Comm_rank", handle), OfCommunicator("MPI_Comm_size", handle));
        Check("MPI_Comm_free", ((delegate* unmanaged<nint*, int>)Find("MPI_Comm_free"))(&local));
        return result;
    }

    /// <summary>Returns the library's name and version.</summary>
    public string Version()
    {
        byte* text = stackalloc byte[VersionLength];
        int length;
        Check("MPI_Get_library_version",
            ((delegate* unmanaged<byte*, int*, int>)Find("MPI_Get_library_version"))(text, &length));
        return Text(text, length);
    }

    /// <summary>See <see cref="RankGroup.Exchange"/>.</summary>
    public void Exchange(ReadOnlySpan<byte> sent, int to, Span<byte> received, int from)
    {
        fixed (byte* source = sent, target = received)
        {
            if (sent.Length > 0 && received.Length > 0)
            {
                Check("MPI_Sendrecv",
                    ((delegate* unmanaged<byte*, int, nint, int, int, byte*, int, nint, int, int, nint, nint, int>)
                        Find("MPI_Sendrecv"))(source, sent.Length, _constants.Byte, to, Tag, target, received.Length,
                        _constants.Byte, from, Tag, _world, _constants.NoStatus));
            }
            else if (sent.Length > 0)
            {
                Check("MPI_Send", ((delegate* unmanaged<byte*, int, nint, int, int, nint, int>)Find("MPI_Send"))(
                    source, sent.Length, _constants.Byte, to, Tag, _world));
            }
            else if (received.Length > 0)
            {
                Check("MPI_Recv", ((delegate* unmanaged<byte*, int, nint, int, int, nint, nint, int>)Find("MPI_Recv"))(
                    target, received.Length, _constants.Byte, from, Tag, _world, _constants.NoStatus));
            }
        }
    }

    /// <summary>Ends all ranks.</summary>
    public void Abort() => ((delegate* unmanaged<nint, int, int>)Find("MPI_Abort"))(_world, 1);

    /// <summary>Leaves MPI.</summary>
    public void End() => Check("MPI_Finalize", ((delegate* unmanaged<int>)Find("MPI_Finalize"))());

    private int OfCommunicator(string function, nint communicator)
    {
        int value;
        Check(function, ((delegate* unmanaged<nint, int*, int>)Find(function))(communicator, &value));
        return value;
    }

    private nint Find(string function) => NativeLibrary.GetExport(_library, function);

    private void Check(string function, int code)
    {
        if (code == Success)
        {
            return;
        }
        byte* text = stackalloc byte[ErrorLength];
        int length;
        bool isKnown = ((delegate* unmanaged<int, byte*, int*, int>)Find("MPI_Error_string"))(code, text, &length)
            == Success;
        throw new InvalidOperationException(Invariant($"{function} failed with code {code}") +
            (isKnown ? $": {Text(text, length)}" : "."));
    }

    private static string Text(byte* text, int length) =>
        Encoding.UTF8.GetString(text, length).TrimEnd('\0', '\n', ' ');
}
