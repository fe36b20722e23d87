using System.Globalization;
using Microsoft.ML.Spiking.Events.Reading;

namespace Microsoft.ML.Spiking.Events.Formats.Prophesee;

/// <summary>The lines "% key value" in front of .raw and .dat files.</summary>
internal sealed class PropheseeHeader
{
    /// <summary>Gets the format, where the header names it.</summary>
    public EventFormat? Format { get; private init; }

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Gets whether the halves of EVT 2.1's words are exchanged.</summary>
    public bool HasLegacyOrder { get; private init; }

    /// <summary>Gets the version of a .dat file; 0 where there is none.</summary>
    public int Version { get; private init; }

    public static PropheseeHeader Read(ByteSource source)
    {
        List<string> lines = TextHeader.Read(source, "% ", "% end");
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines)
        {
            string[] parts = line.TrimStart('%').Trim().Split(' ', 2);
            values[parts[0]] = parts.Length > 1 ? parts[1].Trim() : "";
        }
        // A line such as "EVT3;height=720;width=1280".
        string[] details = values.GetValueOrDefault("format", "").Split(';');
        foreach (string detail in details.Skip(1))
        {
            string[] parts = detail.Split('=', 2);
            values[parts[0].Trim()] = parts.Length > 1 ? parts[1].Trim() : "";
        }
        var header = new PropheseeHeader
        {
            Format = FormatOf(details[0], values, source),
            HasLegacyOrder = values.GetValueOrDefault("endianness") == "legacy",
            Version = Number(values.GetValueOrDefault("version")),
        };
        (header.Width, header.Height) = SizeOf(values);
        if (header.Width > EventReaderOptions.LargestSide || header.Height > EventReaderOptions.LargestSide)
        {
            throw source.Fault("The header states a sensor of more than 65,536 pixels a side; it is damaged.");
        }
        return header;
    }

    private static EventFormat? FormatOf(string name, Dictionary<string, string> values, ByteSource source)
    {
        string version = name.Length > 0 ? name : values.GetValueOrDefault("evt", "");
        return version switch
        {
            "EVT2" or "2.0" => EventFormat.Evt2,
            "EVT21" or "2.1" => EventFormat.Evt21,
            "EVT3" or "3.0" => EventFormat.Evt3,
            "" => values.ContainsKey("Data") || values.ContainsKey("Version") ? EventFormat.Dat : null,
            _ => throw source.Fault($"The header names the format '{version}'; EVT2, EVT21 and EVT3 can be read. " +
                "Record again, or convert the file with the camera's software."),
        };
    }

    private static (int Width, int Height) SizeOf(Dictionary<string, string> values)
    {
        (int Width, int Height) size =
            (Number(values.GetValueOrDefault("width")), Number(values.GetValueOrDefault("height")));
        if (size is { Width: > 0, Height: > 0 })
        {
            return size;
        }
        if (values.GetValueOrDefault("geometry")?.Split('x') is [string width, string height])
        {
            return (Number(width), Number(height));
        }
        return values.GetValueOrDefault("system_ID") switch
        {
            "21" => (640, 480), // generation 3
            "48" => (1280, 720), // generation 4.1
            _ => (0, 0),
        };
    }

    private static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : 0;
}
