using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.Spiking.Events.Tests;

/// <summary>Recordings made by hand, from words as the formats' specifications define them.</summary>
internal static class SyntheticFiles
{
    public static byte[] Evt2(params uint[] words) =>
        [.. Text("% evt 2.0\n% geometry 640x480\n% end\n"), .. words.SelectMany(BitConverter.GetBytes)];

    public static byte[] Evt3(params int[] words) =>
        [.. Text("% evt 3.0\n% format EVT3;height=720;width=1280\n% end\n"),
            .. words.SelectMany(word => BitConverter.GetBytes((ushort)word))];

    public static byte[] Dat(string header, byte type, params (uint Time, uint Word)[] events) =>
        [.. Text(header), type, 8,
            .. events.SelectMany(item => (byte[])[.. BitConverter.GetBytes(item.Time),
                .. BitConverter.GetBytes(item.Word)])];

    public static byte[] Aedat2(string? chip, params (uint Address, uint Time)[] events)
    {
        string line = chip is null ? "" : $"# AEChip: eu.seebetter.ini.chips.{chip}\r\n";
        byte[] records = new byte[8 * events.Length];
        for (int i = 0; i < events.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(records.AsSpan(8 * i), events[i].Address);
            BinaryPrimitives.WriteUInt32BigEndian(records.AsSpan((8 * i) + 4), events[i].Time);
        }
        return [.. Text($"#!AER-DAT2.0\r\n# Data format is int32 address, int32 timestamp\r\n{line}"), .. records];
    }

    public static byte[] EventStream(byte kind, params byte[] body) =>
        [.. "Event Stream"u8, 2, 0, 0, kind, 10, 0, 8, 0, .. body];

    public static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);

    public static Event[] Read(byte[] content, string name = "recording.raw", EventReaderOptions? options = null)
    {
        using EventReader reader = Open(content, name, options);
        return reader.ReadAll();
    }

    public static EventReader Open(byte[] content, string name = "recording.raw", EventReaderOptions? options = null) =>
        EventReader.OpenStream(new MemoryStream(content), name, options);
}
