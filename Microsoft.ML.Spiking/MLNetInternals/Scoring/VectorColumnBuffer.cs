using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>Vectors: copied out when read, because the buffer's memory is used again by the next batch.</summary>
internal sealed class VectorColumnBuffer<T>(ValueGetter<VBuffer<T>> source, int capacity) : ColumnBuffer
{
    private readonly VBuffer<T>[] _values = new VBuffer<T>[capacity];

    /// <summary>The stored value.</summary>
    public ref readonly VBuffer<T> this[int row] => ref _values[row];

    public override void Store(int row) => source(ref _values[row]);

    public override Delegate Getter(Func<int> current) =>
        (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[current()].CopyTo(ref value));
}
