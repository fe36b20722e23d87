using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Arrays;

/// <summary>One recording of a file of spiking audio: the unit is x, and every spike is on.</summary>
internal sealed class SpikingAudioDecoder : EventDecoder
{
    private readonly EventTally _tally;
    private readonly float[] _seconds;
    private readonly long[] _units;
    private int _next;

    public SpikingAudioDecoder(ByteSource source, EventTally tally, int? recording)
    {
        _tally = tally;
        if (!source.Stream.CanSeek)
        {
            throw source.Fault("An HDF5 file can only be read from a stream that seeks; save it as a file first.");
        }
        source.Stream.Position = 0;
        using SpikingAudioFile file = SpikingAudioFile.Open(source.Stream, source.Name, leaveOpen: true);
        if (recording is null && file.Count != 1)
        {
            throw source.Fault($"The file has {file.Count} recordings; choose " +
                $"{nameof(EventReaderOptions.Recording)} in the options.");
        }
        if (recording >= file.Count)
        {
            throw source.Fault($"The file has {file.Count} recordings; there is no recording {recording}, counted " +
                "from 0.");
        }
        (_seconds, _units) = file.ReadArrays(recording ?? 0);
        (Width, Height) = (SpikingAudioFile.Units, 1);
    }

    public override int Decode(Span<Event> events)
    {
        int count = 0;
        for (; _next < _seconds.Length && count < events.Length; _next++)
        {
            // In double: half precision overflows at 0.065 s when it is multiplied first.
            double time = _seconds[_next] * 1e6;
            if (!double.IsFinite(time))
            {
                _tally.Invalid++;
            }
            else if (_units[_next] is < 0 or >= SpikingAudioFile.Units)
            {
                _tally.OutOfRange++;
            }
            else
            {
                events[count++] = new Event((long)Math.Round(time), (ushort)_units[_next], 0, isOn: true);
            }
        }
        return count;
    }
}
