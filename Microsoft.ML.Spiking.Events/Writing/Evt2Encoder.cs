using System.Globalization;

namespace Microsoft.ML.Spiking.Events.Writing;

/// <summary>EVT 2.0, as <see cref="Formats.Prophesee.Evt2Decoder"/> reads it.</summary>
internal sealed class Evt2Encoder : EventEncoder
{
    private const int HighBits = 28;
    private const int LowBits = 6;

    // Readers take a fall by half of the range for a wrap: no step may be longer.
    private const long LongestStep = 1 << (HighBits - 1);

    private long _high = -1;

    public Evt2Encoder(Stream stream, int width, int height)
        : base(stream) =>
        Put(string.Create(CultureInfo.InvariantCulture,
            $"% evt 2.0\n% format EVT2;height={height};width={width}\n% geometry {width}x{height}\n% end\n"));

    public override long LongestGap => 1L << 40;

    public override void Add(ReadOnlySpan<Event> events)
    {
        foreach (Event value in events)
        {
            long high = value.Time >> LowBits;
            while (_high != high)
            {
                _high = _high < 0 ? Math.Min(high, (1L << HighBits) - 1) : Math.Min(high, _high + LongestStep);
                Put(0x8000_0000u | (uint)(_high & ((1L << HighBits) - 1)));
            }
            Put((value.IsOn ? 1u << 28 : 0) | ((uint)(value.Time & 63) << 22) | ((uint)value.X << 11) | value.Y);
        }
    }
}
