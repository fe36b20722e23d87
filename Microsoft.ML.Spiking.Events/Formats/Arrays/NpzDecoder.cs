using System.IO.Compression;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>
/// A .npz file with the arrays t, x, y and p, each of [events]: a zip of .npy files, unpacked side by side as they are
/// read.
/// </summary>
internal sealed class NpzDecoder : EventDecoder
{
    private readonly ZipArchive _archive;
    private readonly ByteSource[] _sources; // t, x, y, p
    private readonly NumPyScalar[] _types;
    private readonly NumPyEvent _events;
    private readonly EventTally _tally;
    private readonly string _name;
    private long _left;

    public NpzDecoder(ByteSource source, EventTally tally, double? timeUnit)
    {
        (_tally, _name) = (tally, source.Name);
        _events = new NumPyEvent(tally, timeUnit ?? 1);
        if (!source.Stream.CanSeek)
        {
            throw source.Fault("A .npz file can only be read from a stream that seeks; save it as a file first.");
        }
        try
        {
            source.Stream.Position = 0;
            _archive = new ZipArchive(source.Stream, ZipArchiveMode.Read, leaveOpen: true);
            _sources = [.. NumPyEvent.Names.Select(names => Open(names, source))];
            NumPyHeader[] headers = [.. _sources.Select(NumPyHeader.Read)];
            if (headers.Any(header => header is not { Fields: [{ Name: "" }], Shape: [_] }
                || header.Shape[0] != headers[0].Shape[0]))
            {
                throw source.Fault("The arrays t, x, y and p have the shapes " +
                    string.Join(", ", headers.Select(header => $"[{string.Join(", ", header.Shape)}]")) +
                    "; each must be [events] of numbers.");
            }
            _types = [.. headers.Select(header => header.Fields[0].Type)];
            _left = headers[0].Shape[0];
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw source.Fault($"The zip is damaged: {exception.Message}", inner: exception);
        }
    }

    public override int Decode(Span<Event> events)
    {
        int count = 0;
        try
        {
            while (_left > 0 && count < events.Length)
            {
                if (!TryFill())
                {
                    break;
                }
                if (_events.TryMake(_types[0], _sources[0].Fill(0), Number(1), Number(2), Number(3), out Event value))
                {
                    events[count++] = value;
                }
                for (int i = 0; i < 4; i++)
                {
                    _sources[i].Advance(_types[i].Size);
                }
                _left--;
            }
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            throw new EventFormatException($"{_name}: The zip is damaged: {exception.Message}", 0, exception);
        }
        return count;
    }

    public override void Dispose()
    {
        foreach (ByteSource source in _sources)
        {
            source.Dispose();
        }
        _archive.Dispose();
        base.Dispose();
    }

    private bool TryFill()
    {
        for (int i = 0; i < 4; i++)
        {
            if (_sources[i].Fill(_types[i].Size).Length < _types[i].Size)
            {
                _tally.TruncatedBytes += _sources.Sum(source => (long)source.Buffered);
                _left = 0;
                return false;
            }
        }
        return true;
    }

    private double Number(int array) => _types[array].ReadNumber(_sources[array].Fill(0));

    private ByteSource Open(string[] names, ByteSource source)
    {
        ZipArchiveEntry entry = _archive.Entries
            .FirstOrDefault(item => names.Any(name => item.FullName == name + ".npy")) ?? throw source.Fault(
                $"The .npz file has no array '{names[0]}'; it has: " +
                string.Join(", ", _archive.Entries.Take(20).Select(item => Path.GetFileNameWithoutExtension(
                    item.FullName))) +
                $". Frames are read with {nameof(EventFrames)}.{nameof(EventFrames.Load)}.");
        return new ByteSource(entry.Open(), $"{_name}, {entry.FullName}");
    }

    private static bool IsDamage(Exception exception) =>
        exception is InvalidDataException or EndOfStreamException or NotSupportedException or ArgumentException;
}
