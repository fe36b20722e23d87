using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Aedat;

/// <summary>
/// The beginning of an AEDAT 4 file: its compression, the place of its table, and its streams of events.
/// </summary>
internal sealed record Aedat4Header(int Compression, long TablePosition, IReadOnlyList<Aedat4Stream> Streams)
{
    private const int LargestSize = 1 << 24;

    public static Aedat4Header Read(ByteSource source)
    {
        ReadOnlySpan<byte> line = "#!AER-DAT4.0\r\n"u8;
        if (!source.Fill(line.Length).StartsWith(line))
        {
            throw source.Fault("This is not the beginning of an AEDAT 4 file, which is '#!AER-DAT4.0'.");
        }
        source.Advance(line.Length);
        long start = source.Offset;
        ReadOnlySpan<byte> prefix = source.Fill(4);
        uint size = prefix.Length < 4 ? 0 : BitConverter.ToUInt32(prefix);
        if (size is 0 or > LargestSize)
        {
            throw source.Fault($"The header says that it has {size} bytes; the file is damaged.");
        }
        byte[] header = new byte[Math.Min(size + 4, 1 << 16)];
        int read = 0;
        while (read < size + 4)
        {
            if (read == header.Length)
            {
                Array.Resize(ref header, (int)Math.Min(size + 4, header.Length * 2L));
            }
            int count = source.Read(header.AsSpan(read));
            if (count == 0)
            {
                throw source.Fault("The file ends in its header; it holds no events.");
            }
            read += count;
        }
        try
        {
            var table = new FlatTable(header);
            string xml = Encoding.UTF8.GetString(header[table.Vector(field: 2, elementSize: 1)]);
            return new Aedat4Header(table.Int32(field: 0), table.Int64(field: 1), StreamsOf(xml));
        }
        catch (Exception exception) when (exception is InvalidDataException or XmlException)
        {
            throw new EventFormatException(
                $"{source.Name}, byte {start.ToString(CultureInfo.InvariantCulture)}: The header is damaged: " +
                $"{exception.Message}.", start, exception);
        }
    }

    private static List<Aedat4Stream> StreamsOf(string xml)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(xml), settings);
        XDocument document = XDocument.Load(reader);
        var streams = new List<Aedat4Stream>();
        foreach (XElement attribute in document.Descendants("attr"))
        {
            if ((string?)attribute.Attribute("key") == "typeIdentifier" && attribute.Value == "EVTS"
                && attribute.Parent is { } node && int.TryParse((string?)node.Attribute("name"), NumberStyles.None,
                    CultureInfo.InvariantCulture, out int number))
            {
                streams.Add(new Aedat4Stream(number, Side(node, "sizeX"), Side(node, "sizeY")));
            }
        }
        return streams;
    }

    private static int Side(XElement node, string key)
    {
        XElement? attribute = node.Descendants("attr").FirstOrDefault(item => (string?)item.Attribute("key") == key);
        return int.TryParse(attribute?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int side)
            ? Math.Min(side, EventReaderOptions.LargestSide) : 0;
    }
}

/// <summary>
/// A stream of events: its number in the packets, and the size of its sensor, 0 where it is not stated.
/// </summary>
internal sealed record Aedat4Stream(int Number, int Width, int Height);
