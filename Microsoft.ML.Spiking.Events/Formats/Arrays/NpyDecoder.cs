using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>
/// A .npy file of [events, 4], the columns x, y, polarity and time, as Tonic writes DVS Gesture, or of [events] records
/// with the fields t, x, y and p in any order.
/// </summary>
internal sealed class NpyDecoder : EventDecoder
{
    private const double TonicTimeUnit = 1_000;
    private static readonly int[] TonicColumns = [3, 0, 1, 2]; // of t, x, y, p

    private readonly ByteSource _source;
    private readonly EventTally _tally;
    private readonly NumPyEvent _events;
    private readonly NumPyField[] _fields; // t, x, y, p
    private readonly int _size;
    private long _left;

    public NpyDecoder(ByteSource source, EventTally tally, double? timeUnit)
    {
        (_source, _tally) = (source, tally);
        NumPyHeader header = NumPyHeader.Read(source);
        bool isMatrix = header is { Fields: [{ Name: "" }], Shape: [_, 4] };
        if (isMatrix && header.IsColumnMajor)
        {
            throw source.Fault("The array is stored column by column; store it row by row (numpy.ascontiguousarray).");
        }
        if (isMatrix)
        {
            NumPyScalar type = header.Fields[0].Type;
            _fields = [.. TonicColumns.Select(column => new NumPyField("", type, column * type.Size))];
            _size = 4 * type.Size;
        }
        else
        {
            NumPyField?[] fields = [.. NumPyEvent.Names.Select(names => header.Fields
                .Where(field => names.Contains(field.Name)).Select(field => (NumPyField?)field).FirstOrDefault())];
            if (header.Shape.Count != 1 || fields.Any(field => field is null))
            {
                throw source.Fault($"The array has the shape [{string.Join(", ", header.Shape)}] and " +
                    (header.Fields[0].Name.Length == 0 ? "no fields"
                        : $"the fields {string.Join(", ", header.Fields.Select(field => field.Name))}") +
                    "; [events, 4] or [events] records with the fields t, x, y and p can be read.");
            }
            _fields = [.. fields.Select(field => field!.Value)];
            _size = header.ElementSize;
        }
        _left = header.Shape[0];
        _events = new NumPyEvent(tally, timeUnit ?? (isMatrix ? TonicTimeUnit : 1));
    }

    public override int Decode(Span<Event> events)
    {
        int count = 0;
        while (_left > 0 && count < events.Length)
        {
            ReadOnlySpan<byte> bytes = _source.Fill(_size);
            if (bytes.Length < _size)
            {
                _tally.TruncatedBytes += bytes.Length;
                _left = 0;
                break;
            }
            int used = 0;
            for (; _left > 0 && used + _size <= bytes.Length && count < events.Length; used += _size)
            {
                ReadOnlySpan<byte> record = bytes.Slice(used, _size);
                (NumPyField t, NumPyField x, NumPyField y, NumPyField p) =
                    (_fields[0], _fields[1], _fields[2], _fields[3]);
                if (_events.TryMake(t.Type, record[t.Offset..], x.Type.ReadNumber(record[x.Offset..]),
                    y.Type.ReadNumber(record[y.Offset..]), p.Type.ReadNumber(record[p.Offset..]), out Event value))
                {
                    events[count++] = value;
                }
                _left--;
            }
            _source.Advance(used);
        }
        return count;
    }
}
