namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>
/// Spiking audio in other forms of HDF5 than that of the stored files: chunks, filters, newer headers.
/// </summary>
[TestClass]
public sealed class SpikingAudioFileTests
{
    private static readonly (float[] Seconds, ushort[] Units, int Label)[] Recordings =
    [
        ([0.25f, 0.5f, 1.25f], [3, 699, 0], 7),
        ([], [], 19),
        ([0.125f], [350], 0),
        ([0, 0.75f], [1, 2], -1),
        ([2], [5], 4),
    ];

    public static byte[] File => Hdf5Writer.SpikingAudio(Recordings);

    [TestMethod]
    public void Read_ChunksAndNewerHeaders_GivesEachRecording()
    {
        using SpikingAudioFile file = Open(File);

        Assert.AreSequenceEqual(Recordings.Select(item => (long)item.Label), file.Labels);
        for (int i = 0; i < Recordings.Length; i++)
        {
            Assert.AreSequenceEqual(Recordings[i].Seconds.Zip(Recordings[i].Units, (time, unit) =>
                new Event((long)(time * 1e6), unit, 0, isOn: true)), file.Read(i));
        }
    }

    [TestMethod]
    public void Open_AnotherFilter_IsNamed() => Assert.Contains(
        "'spikes/times' is packed by filter 4; gzip, shuffle and fletcher32 can be read",
        Fault(Hdf5Writer.SpikingAudio(Recordings, filter: 4)));

    [TestMethod]
    public void Open_TreeInACircle_IsRefused()
    {
        byte[] file = File;
        // The first tree of two levels: its first child becomes itself.
        int at = IndexOf(file, [.. "TREE"u8, 1, 1]);
        BitConverter.GetBytes((long)at).CopyTo(file, at + 24 + 24);

        Assert.Contains("a tree has a node where another belongs", Fault(file));
    }

    [TestMethod]
    public void Open_ChunkOfImpossibleSize_IsRefused()
    {
        byte[] file = File;
        int at = IndexOf(file, [8, 19, 0, 0, 3, 2, 2]); // a message of the layout
        BitConverter.GetBytes(int.MaxValue).CopyTo(file, at + 4 + 11);

        Assert.Contains("has chunks of 2147483647 elements", Fault(file));
    }

    [TestMethod]
    public void Open_IndexOfLaterVersions_SaysHowToWriteTheFile()
    {
        byte[] file = File;
        file[IndexOf(file, [8, 19, 0, 0, 3, 2, 2]) + 4] = 4;

        Assert.Contains("write the file with libver='earliest'", Fault(file));
    }

    [TestMethod]
    public void Read_DamagedChunk_IsRefused()
    {
        byte[] file = File;
        int at = IndexOf(file, [.. "TREE"u8, 1, 0]);
        BitConverter.GetBytes((long)file.Length).CopyTo(file, at + 24 + 24); // the chunk is said to be at the end

        using SpikingAudioFile opened = Open(file);
        Assert.Contains("a chunk of 'spikes/times' states a size of",
            Assert.ThrowsExactly<EventFormatException>(() => opened.Read(0)).Message);
    }

    private static int IndexOf(byte[] file, byte[] part)
    {
        int at = file.AsSpan().IndexOf(part);
        Assert.IsGreaterThan(0, at);
        return at;
    }

    private static SpikingAudioFile Open(byte[] file) =>
        SpikingAudioFile.Open(new MemoryStream(file), "a.h5", leaveOpen: false);

    private static string Fault(byte[] file) =>
        Assert.ThrowsExactly<EventFormatException>(() => Open(file).Dispose()).Message;
}
