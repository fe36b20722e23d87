using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>Lists of events, each with the index of its source row and its value, in a thread's working memory.</summary>
internal readonly unsafe struct EventLists
{
    private readonly int* _indices;
    private readonly float* _values;

    private EventLists(int* counts, int length, int capacity)
    {
        Counts = counts;
        Length = length;
        Capacity = capacity;
        _indices = counts + length;
        _values = (float*)(_indices + ((long)length * capacity));
    }

    /// <summary>Number of lists.</summary>
    public int Length { get; }

    /// <summary>Room for so many events in each.</summary>
    public int Capacity { get; }

    /// <summary>Events in each list.</summary>
    public int* Counts { get; }

    /// <summary>Lists with any content; good until the thread's next kernel.</summary>
    public static EventLists Rent(int length, int capacity) =>
        new((int*)KernelScratch.Rent(length + (2L * length * capacity)), length, capacity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* Indices(int list) => _indices + ((long)list * Capacity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Values(int list) => _values + ((long)list * Capacity);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int list, int index, float value)
    {
        long at = ((long)list * Capacity) + Counts[list]++;
        _indices[at] = index;
        _values[at] = value;
    }
}
