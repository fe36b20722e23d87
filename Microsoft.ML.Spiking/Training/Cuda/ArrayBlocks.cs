using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The first block of each array of a launch for several, and behind the last array the number of blocks: first_block
/// of device.cuh.
/// </summary>
[InlineArray(MostArrays + 1)]
internal struct ArrayBlocks
{
    /// <summary>The arrays of a launch: what is told of them fits into the 4 KB of a kernel's arguments.</summary>
    public const int MostArrays = 48;

    private const int BlockValues = 4096;

    private long _first;

    /// <summary>Returns the blocks of an array.</summary>
    public static long Of(long length) => (length + BlockValues - 1) / BlockValues;

    /// <summary>Returns the threads of blocks.</summary>
    public static long Threads(long blocks) => blocks * NeuronProgram.BlockSize;

    /// <summary>Numbers the blocks of arrays of those lengths and returns how many they are.</summary>
    public long Number(ArrayNumbers lengths)
    {
        long blocks = 0;
        for (int i = 0; i < MostArrays; i++)
        {
            blocks += Of(lengths[i]);
            this[i + 1] = blocks;
        }
        return blocks;
    }
}

/// <summary>An address for each array of a launch.</summary>
[InlineArray(ArrayBlocks.MostArrays)]
internal struct ArrayAddresses
{
    private nint _first;
}

/// <summary>A number for each array of a launch.</summary>
[InlineArray(ArrayBlocks.MostArrays)]
internal struct ArrayNumbers
{
    private long _first;
}
