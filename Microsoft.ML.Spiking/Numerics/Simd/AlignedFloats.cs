using System.Runtime.CompilerServices;

namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>
/// Floats at a fixed address on a cache line, zero at first. They live as long as this object is referenced.
/// </summary>
internal sealed unsafe class AlignedFloats
{
    private const int Alignment = 64;

    // Pinned arrays never move, so the pointer stays valid while this object, and with it the array, is reachable.
    private readonly float[] _array;

    public AlignedFloats(long length)
    {
        _array = GC.AllocateArray<float>(checked((int)(length + (Alignment / sizeof(float)))), pinned: true);
        nuint address = (nuint)Unsafe.AsPointer(ref _array[0]);
        Pointer = (float*)((address + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    public float* Pointer { get; }
}
