namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>Values that are copied by assignment: numbers, keys, text, images.</summary>
internal sealed class ScalarColumnBuffer<T>(ValueGetter<T> source, int capacity) : ColumnBuffer
{
    private readonly T[] _values = new T[capacity];

    public override void Store(int row)
    {
        // A fresh variable: getters of disposable values (images) dispose what they are given, and the value that is
        // still there from the last batch belongs to whoever read it.
        T value = default!;
        source(ref value);
        _values[row] = value;
    }

    public override Delegate Getter(Func<int> current) => (ValueGetter<T>)((ref T value) => value = _values[current()]);
}
