using System.Globalization;
using System.Text;
using Microsoft.ML.Spiking.Events.Formats.Aedat;
using Microsoft.ML.Spiking.Events.Formats.Arrays;
using Microsoft.ML.Spiking.Events.Formats.Plain;
using Microsoft.ML.Spiking.Events.Formats.Prophesee;

namespace Microsoft.ML.Spiking.Events.Reading;

/// <summary>Finds the format of a recording, and opens its decoder.</summary>
internal static class FormatDetection
{
    private const int ShownBytes = 16;

    /// <summary>
    /// Opens the decoder of the format that the options name or, if they name none, that the file has.
    /// </summary>
    public static (EventFormat Format, EventDecoder Decoder) Open(ByteSource source, EventTally tally,
        EventReaderOptions options)
    {
        if (options.Format is null or EventFormat.Evt2 or EventFormat.Evt21 or EventFormat.Evt3 or EventFormat.Dat
            && source.Fill(2).StartsWith("% "u8))
        {
            PropheseeHeader header = PropheseeHeader.Read(source);
            EventFormat format = options.Format ?? header.Format ?? throw source.Fault(
                $"The header names no format ('% evt' or '% format'); choose {nameof(EventReaderOptions.Format)} in " +
                "the options.");
            return (format, Prophesee(format, source, tally, header, options));
        }
        EventFormat found = options.Format ?? Detect(source);
        EventDecoder decoder = found switch
        {
            EventFormat.Evt2 or EventFormat.Evt21 or EventFormat.Evt3 or EventFormat.Dat =>
                Prophesee(found, source, tally, new PropheseeHeader(), options),
            EventFormat.Aedat2 => new Aedat2Decoder(source, tally, options.Chip),
            EventFormat.Aedat3 => new Aedat3Decoder(source, tally),
            EventFormat.Aedat4 => new Aedat4Decoder(source, tally, options.Stream),
            EventFormat.EventStream => new EventStreamDecoder(source, tally),
            EventFormat.Npy => new NpyDecoder(source, tally, options.TimeUnit),
            EventFormat.Npz => new NpzDecoder(source, tally, options.TimeUnit),
            EventFormat.SpikingAudio => new SpikingAudioDecoder(source, tally, options.Recording),
            _ => new NeuromorphicDecoder(source, tally, found),
        };
        return (found, decoder);
    }

    private static EventDecoder Prophesee(
        EventFormat format, ByteSource source, EventTally tally, PropheseeHeader header, EventReaderOptions options) =>
        format switch
        {
            EventFormat.Evt2 => new Evt2Decoder(source, tally, header, options.OnTrigger),
            EventFormat.Evt21 => new Evt21Decoder(source, tally, header, options.OnTrigger),
            EventFormat.Evt3 => new Evt3Decoder(source, tally, header, options.OnTrigger),
            EventFormat.Dat => new DatDecoder(source, tally, header),
            _ => throw source.Fault($"The file has a header of Prophesee and cannot be read as {format}."),
        };

    private static EventFormat Detect(ByteSource source)
    {
        ReadOnlySpan<byte> start = source.Fill(ShownBytes);
        (byte[] Signature, EventFormat Format)[] signatures =
        [
            ([.. "#!AER-DAT4"u8], EventFormat.Aedat4),
            ([.. "#!AER-DAT3"u8], EventFormat.Aedat3),
            ([.. "#!AER-DAT2"u8], EventFormat.Aedat2),
            ([.. EventStreamHeader.Signature], EventFormat.EventStream),
            ([0x93, .. "NUMPY"u8], EventFormat.Npy),
            ([.. "PK"u8, 3, 4], EventFormat.Npz),
            ([0x89, .. "HDF\r\n"u8], EventFormat.SpikingAudio),
        ];
        foreach ((byte[] signature, EventFormat format) in signatures)
        {
            if (start.StartsWith(signature))
            {
                return format;
            }
        }
        string extension = Path.GetExtension(source.Name);
        return extension.ToUpperInvariant() switch
        {
            ".BIN" => EventFormat.NMnist,
            ".BS1" => EventFormat.SlayerBs1,
            ".BS2" => EventFormat.SlayerBs2,
            ".BS3" => EventFormat.SlayerBs3,
            _ => throw source.Fault(
                $"The format is unknown: the file begins with {Shown(start)}, and the extension '{extension}' " +
                $"says nothing; choose {nameof(EventReaderOptions.Format)} in the options."),
        };
    }

    private static string Shown(ReadOnlySpan<byte> start)
    {
        if (start.IsEmpty)
        {
            return "nothing, because it is empty";
        }
        start = start[..Math.Min(start.Length, ShownBytes)];
        var text = new StringBuilder();
        foreach (byte value in start)
        {
            text.Append(value is >= 32 and < 127 ? (char)value : '.');
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexString(start)} ('{text}')");
    }
}
