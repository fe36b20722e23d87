using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Events;

namespace Microsoft.ML.Spiking.Benchmarks.Events;

/// <summary>The speed of reading recordings from memory, in each of the formats that can be written.</summary>
internal sealed class EventReading : IBenchmark
{
    private const int Events = 1_000_000;
    private const double LeastMillions = 20;

    public string Name => "event-reading";

    public string Description => "millions of events that one core reads per second";

    public void Run(bool quick, TextWriter output)
    {
        int rounds = quick ? 3 : 9;
        foreach (EventFormat format in (EventFormat[])[EventFormat.Evt2, EventFormat.Evt3, EventFormat.EventStream])
        {
            foreach (bool hasRows in (bool[])[false, true])
            {
                byte[] recording = Write(format, hasRows);
                double[][] seconds = InterleavedRounds.Measure(rounds, () => Read(recording));
                double millions = Events / PairedRatio.MedianOf(seconds[0]) / 1e6;
                output.WriteLine(Numbers.Text(
                    $"{format}, {(hasRows ? "rows of neighbours" : "single events")}, {recording.Length} bytes: " +
                    $"{millions:0.0} million events/s"));
                if (format == EventFormat.Evt3)
                {
                    output.WriteLine(new Goal(
                        $"event-reading-evt3-{(hasRows ? "rows" : "single")}", millions, LeastMillions, AtMost: false));
                }
            }
        }
    }

    private static void Read(byte[] recording)
    {
        using EventReader reader = EventReader.OpenStream(new MemoryStream(recording), "memory");
        long count = 0;
        for (ReadOnlySpan<Event> block = reader.ReadBlock(); !block.IsEmpty; block = reader.ReadBlock())
        {
            count += block.Length;
        }
        if (count != Events)
        {
            throw new InvalidOperationException($"{count} of {Events} events were read.");
        }
    }

    private static byte[] Write(EventFormat format, bool hasRows)
    {
        var random = new Random(1);
        var events = new Event[Events];
        for (int i = 0; i < Events; i++)
        {
            // In rows, 16 neighbours fire together, as at the edge of a moving object.
            events[i] = hasRows && i % 16 != 0
                ? events[i - 1] with { X = (ushort)(events[i - 1].X + 1) }
                : new Event(i / 4, (ushort)random.Next(1_264), (ushort)random.Next(720), random.Next(2) == 1);
        }
        var stream = new MemoryStream();
        using (EventWriter writer = EventWriter.Create(stream, format, 1_280, 720))
        {
            writer.Write(events);
        }
        return stream.ToArray();
    }
}
