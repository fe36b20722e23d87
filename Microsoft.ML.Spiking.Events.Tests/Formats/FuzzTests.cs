using System.Buffers.Binary;
using System.Globalization;

namespace Microsoft.ML.Spiking.Events.Tests.Formats;

/// <summary>
/// Damaged recordings: whatever the bytes are, a reader returns events or throws one sentence, in little memory.
/// SPIKING_FUZZ sets the number of mutations of each file; the default keeps the tests short.
/// </summary>
[TestClass]
public sealed class FuzzTests
{
    private const int DefaultMutations = 300;
    private const long MostMemory = 160L << 20;

    // Deflate compresses a thousand to one at best; uncompressed, a byte never holds more events than this.
    private const long MostEventsPerByte = 2_000;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("prophesee/evt2.raw", EventFormat.Evt2, 4_096)]
    [DataRow("derived/evt21_little.raw", EventFormat.Evt21, 4_096)]
    [DataRow("prophesee/bag_evt3_trigger.evt3.raw", EventFormat.Evt3, 4_096)]
    [DataRow("derived/cd_v2.dat", EventFormat.Dat, 4_096)]
    [DataRow("derived/dvs128_aedat31.aedat", EventFormat.Aedat3, 8_192)]
    [DataRow("aedat4/sample.aedat4", EventFormat.Aedat4, 49_152)]
    [DataRow("derived/sample_zstd_notable.aedat4", EventFormat.Aedat4, 32_768)]
    [DataRow("es/trcl0.es", EventFormat.EventStream, 4_096)]
    [DataRow("nmnist/sample_nmnist.bin", EventFormat.NMnist, 2_048)]
    [DataRow("derived/tonic_dvsgesture.npy", EventFormat.Npy, 4_096)]
    [DataRow("derived/spikingjelly_events.npz", EventFormat.Npz, 65_536)]
    [DataRow("derived/shd_layout_float16.h5", EventFormat.SpikingAudio, 65_536)]
    public void Read_DamagedRecording_GivesEventsOrASentence(string name, EventFormat format, int bytes)
    {
        byte[] whole = EventFiles.Read(name);
        Fuzz(whole[..Math.Min(bytes, whole.Length)], name, format);
    }

    [TestMethod]
    public void Read_DamagedAedat2_GivesEventsOrASentence() =>
        Fuzz(SyntheticFiles.Aedat2(
            "DVS128", [.. Enumerable.Range(0, 200).Select(i => ((uint)i * 37 % 32_768, (uint)i * 50))]),
            "synthetic.aedat", EventFormat.Aedat2);

    [TestMethod]
    public void Read_DamagedChunks_GivesEventsOrASentence() =>
        Fuzz(SpikingAudioFileTests.File, "chunks.h5", EventFormat.SpikingAudio);

    [TestMethod]
    public void Read_DamagedPayloads_GivesBytesOrASentence()
    {
        byte[] original = EventFiles.Read("es/generic.es");
        for (int i = 0; i < Mutations; i++)
        {
            byte[] mutated = Mutate(original, new Random(i));
            Watch(mutated, i, () =>
            {
                using EventPayloadReader reader = EventPayloadReader.OpenStream(new MemoryStream(mutated),
                    "mutated.es");
                long payloads = 0;
                while (reader.Read())
                {
                    payloads++;
                }
                return payloads;
            });
        }
    }

    private static int Mutations => int.TryParse(
        Environment.GetEnvironmentVariable("SPIKING_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int given)
        ? given : DefaultMutations;

    private void Fuzz(byte[] original, string name, EventFormat format)
    {
        int refused = 0;
        int mutations = Mutations;
        for (int i = 0; i < mutations; i++)
        {
            byte[] mutated = Mutate(original, new Random(i));
            // Half are read with the format given: a damaged signature then does not hide the rest.
            var options = new EventReaderOptions
            {
                Format = i % 2 == 0 ? null : format,
                Recording = format == EventFormat.SpikingAudio ? i % 3 : null,
                Chip = i % 2 == 0 ? Aedat2Chip.FromHeader : Aedat2Chip.Davis240,
                TimeOrigin = (EventTimeOrigin)(i % 3),
            };
            bool isRead = Watch(mutated, i, () =>
            {
                using EventReader reader = EventReader.OpenStream(new MemoryStream(mutated), name, options);
                long events = 0;
                for (int count = reader.ReadBlock().Length; count > 0; count = reader.ReadBlock().Length)
                {
                    events += count;
                    if (events > MostEventsPerByte * mutated.Length)
                    {
                        Assert.Fail($"Mutation {i} gives {events} events without an end.");
                    }
                }
                return events;
            });
            refused += isRead ? 0 : 1;
        }
        TestContext.WriteLine($"{name}: {mutations} mutations, {refused} refused");
        Assert.IsLessThan(mutations, refused, "Nothing was read: the mutations prove nothing.");
    }

    private static bool Watch(byte[] mutated, int number, Func<long> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? thrown = null;
        try
        {
            read();
        }
        catch (Exception exception) when (exception is not AssertFailedException)
        {
            thrown = exception;
        }
        Assert.IsTrue(thrown is null or EventFormatException, $"Mutation {number} of {mutated.Length} bytes: {thrown}");
        Assert.IsLessThan(MostMemory, GC.GetAllocatedBytesForCurrentThread() - before, $"Mutation {number} takes " +
            "too much memory.");
        return thrown is null;
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var bytes = new List<byte>(original);
        int changes = random.Next(1, 6);
        Span<byte> number = stackalloc byte[4];
        for (int i = 0; i < changes && bytes.Count > 8; i++)
        {
            // Lengths and offsets are in headers: half of the changes go there.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 512)) : random.Next(bytes.Count);
            int length = Math.Min(random.Next(1, 64), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = ((byte[])[0, 1, 0x7F, 0x80, 0xFE, 0xFF])[random.Next(6)];
                    break;
                case 2:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 3:
                    int[] extremes = [0, -1, int.MaxValue, int.MinValue, 1 << 24, random.Next()];
                    BinaryPrimitives.WriteInt32LittleEndian(number, extremes[random.Next(6)]);
                    for (int k = 0; k < 4 && at + k < bytes.Count; k++)
                    {
                        bytes[at + k] = number[k];
                    }
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    byte[] inserted = new byte[length];
                    random.NextBytes(inserted);
                    bytes.InsertRange(at, inserted);
                    break;
                case 6:
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(bytes.Count - Math.Min(length, bytes.Count - 8), Math.Min(length,
                        bytes.Count - 8));
                    break;
            }
        }
        return [.. bytes];
    }
}
