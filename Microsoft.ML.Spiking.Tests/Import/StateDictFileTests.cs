using System.IO.Compression;
using Microsoft.ML.Spiking.Import;
using Microsoft.ML.Spiking.Import.PyTorch;
using Microsoft.ML.Spiking.Tests.Export;

namespace Microsoft.ML.Spiking.Tests.Import;

/// <summary>Files of torch.save: what is read, and that of all else nothing is run.</summary>
[TestClass]
public sealed class StateDictFileTests
{
    private const string Advice =
        "; only dictionaries of tensors are read, as torch.save(model.state_dict(), path) writes them.";

    [TestMethod]
    [DataRow("Float")]
    [DataRow("Double")]
    [DataRow("Half")]
    [DataRow("BFloat16")]
    [DataRow("Long")]
    public void Read_EveryType_GivesTheValues(string type)
    {
        float[] values = [0, 1, -2, 4, 8, 32];

        StoredArray array = Read(PickleWriter.StateDict([("a.weight", [2, 3], values)], type)).Single();

        Assert.AreEqual("a.weight", array.Name);
        Assert.AreSequenceEqual(new[] { 2, 3 }, array.Shape.ToArray());
        Assert.AreSequenceEqual(values, array.Read());
    }

    [TestMethod]
    public void Read_TransposedViewOfALargerStorage_GivesItsValuesInOrder()
    {
        var writer = new PickleWriter();
        float[] values = [9, 0, 1, 2, 3, 4, 5, 9];
        writer.Op('}').Text("w")
            .Tensor([3, 2], PickleWriter.Bytes(values, "Float"), "Float", 8, [1, 3], offset: 1).Op('s');

        Assert.AreSequenceEqual(new float[] { 0, 3, 1, 4, 2, 5 }, Read(writer.File()).Single().Read());
    }

    [TestMethod]
    public void Read_CheckpointWithOneStateDict_GivesItsTensors()
    {
        var writer = new PickleWriter();
        writer.Op('}').Text("epoch").Number(7).Op('s').Text("net").Op('}').Text("w")
            .Tensor([1], PickleWriter.Bytes([5], "Float"), "Float", 1).Op('s').Op('s')
            .Text("optimizer").Op('}').Text("lr").Op('G', 0, 0, 0, 0, 0, 0, 0, 0).Op('s').Op('s');

        Assert.AreEqual("w", Read(writer.File()).Single().Name);
    }

    [TestMethod]
    [DataRow("posix", "system")]
    [DataRow("builtins", "eval")]
    [DataRow("torch", "load")]
    [DataRow("numpy.core.multiarray", "_reconstruct")]
    public void Read_PickleThatCallsAFunction_IsRefusedAndNothingIsRun(string module, string name)
    {
        using var folder = new TemporaryFolder();
        string trace = Path.Combine(folder.Path, "was-run");
        PickleWriter call = new PickleWriter().Global(module, name).Text($"touch {trace}").Op((char)0x85).Op('R');
        PickleWriter nested = new PickleWriter().Op('}').Text("w").Op('(').Op(']')
            .Global(module, name).Text($"touch {trace}").Op((char)0x85).Op('R').Op('a').Op('t').Op('s');

        foreach (byte[] file in new[] { call.File(), nested.File() })
        {
            string message = Refusal(file);
            Assert.Contains($"its pickle asks for '{module}.{name}', which was not run, at byte ", message);
            Assert.EndsWith(Advice, message);
        }
        Assert.IsFalse(File.Exists(trace));
    }

    // Protocol 4 takes names from the stack; others make objects without REDUCE.
    [TestMethod]
    [DataRow(0x93, "asks for 'posix.system', which was not run")]
    [DataRow('i', "has the instruction 0x69")]
    [DataRow('o', "has the instruction 0x6F")]
    [DataRow(0x81, "has the instruction 0x81")]
    [DataRow(0x92, "has the instruction 0x92")]
    [DataRow(0x82, "has the instruction 0x82")]
    [DataRow('P', "has the instruction 0x50")]
    [DataRow('R', "applies a name to what does not belong to it")]
    [DataRow('b', "sets the state of something that is not a dictionary")]
    [DataRow('Q', "refers to something other than a tensor's values")]
    public void Read_OtherWaysToMakeObjects_AreRefused(int code, string what) =>
        Assert.Contains(what, Refusal(new PickleWriter().Text("posix").Text("system").Op((char)code).File()));

    [TestMethod]
    public void Read_HugeCountsAndBombs_AreRefusedWithoutTheirMemory()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);

        Assert.Contains("announces 4,294,967,295 bytes, and 1 are left",
            Refusal(new PickleWriter().Op('X', 255, 255, 255, 255).File()));
        Assert.Contains("has a whole number of 200 bytes", Refusal(new PickleWriter().Op((char)0x8a, 200).File()));
        // A million times a million values, all the same one.
        Assert.Contains("has a tensor that does not fit into its values", Refusal(new PickleWriter().Op('}').Text("w")
            .Tensor([1 << 20, 1 << 20], [0, 0, 0, 0], "Float", 1, [0, 0]).Op('s').File()));
        Assert.Contains("has 1,000,000,000 values, and its part 'archive/data/0' has 4 bytes",
            Refusal(new PickleWriter().Op('}').Text("w")
                .Tensor([1_000_000_000 / 2], [0, 0, 0, 0], "Float", 1_000_000_000).Op('s').File()));
        // Lists of lists of lists, each ten times: 10^40 if they were written out.
        PickleWriter bomb = new PickleWriter().Op(']').Op('q', 0);
        for (byte i = 1; i < 40; i++)
        {
            bomb.Op(']').Op('q', i).Op('(');
            for (int j = 0; j < 10; j++)
            {
                bomb.Op('h', (byte)(i - 1));
            }
            bomb.Op('e');
        }
        Assert.Contains("it holds no dictionary", Refusal(bomb.File()));
        Assert.Contains("reads a part of its memory that is not there", Refusal(new PickleWriter().Op('h', 3).File()));

        Assert.IsLessThan(64L << 20, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    [TestMethod]
    public void Read_CompressedPart_IsRefusedBecauseItCouldBeABomb()
    {
        var writer = new PickleWriter();
        writer.Op('}').Text("w").Tensor([100_000], new byte[400_000], "Float", 100_000).Op('s');

        Assert.Contains("is compressed, which torch.save never does", Refusal(writer.File(CompressionLevel.Optimal)));
    }

    [TestMethod]
    public void Read_TruncatedOrForeignFile_IsRefusedInASentence()
    {
        byte[] whole = PickleWriter.StateDict([("w", [4], [1, 2, 3, 4])]);

        for (int length = 0; length < whole.Length; length += 7)
        {
            Assert.Contains("it is not a torch.save file, or is truncated", Refusal(whole[..length]));
        }
        Assert.Contains("it is a bare pickle, as PyTorch wrote before 1.6", Refusal([0x80, 2, 0x8a, 10, 1, 2, 3]));
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("readme.txt");
        }
        Assert.Contains("it is a zip, but not a torch.save file", Refusal(bytes.ToArray()));
        Assert.Contains(
            "it holds a dictionary with 0 dictionaries of tensors", Refusal(new PickleWriter().Op('}').File()));
        Assert.Contains("takes from an empty stack", Refusal(new PickleWriter().File()));
    }

    [TestMethod]
    public void Read_EveryDamagedByteOfAPickle_GivesTensorsOrASentence()
    {
        byte[] whole = PickleWriter.StateDict([("w", [2, 2], [1, 2, 3, 4])]);
        int start = whole.AsSpan().IndexOf(new byte[] { 0x80, 2 }), end = whole.AsSpan().IndexOf("archive/data/0"u8);
        for (int i = start; i < end; i++)
        {
            foreach (byte value in new byte[] { 0, 0x52, 0xff })
            {
                byte[] damaged = [.. whole];
                damaged[i] = value;
                try
                {
                    foreach (StoredArray array in Read(damaged))
                    {
                        array.Read();
                    }
                }
                catch (FormatException)
                {
                    // A sentence; anything else fails the test.
                }
            }
        }
    }

    [TestMethod]
    public void Read_FileOfPyTorchItself_GivesItsTensors()
    {
        const string program = """
            import sys, torch
            w = torch.arange(12, dtype=torch.float32).reshape(3, 4)
            d = {"a": w, "b": w.t(), "c": w[1].half(), "d": torch.nn.Parameter(w[:, 1].double()), "e": torch.tensor(7)}
            net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
            torch.save({"net": d, "epoch": 3, "best": 0.5, "args": ["x", None, True, 2 ** 40]}, sys.argv[1])
            torch.save(net.state_dict(), sys.argv[2])
            """;
        using var folder = new TemporaryFolder();
        string checkpoint = Path.Combine(folder.Path, "a.pth"), state = Path.Combine(folder.Path, "b.pth");
        Python.Run("torch", program, [checkpoint, state]);

        Dictionary<string, StoredArray> arrays = StateDictFile.Read(checkpoint).ToDictionary(array => array.Name);

        Assert.AreSequenceEqual(new float[] { 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11 }, arrays["b"].Read());
        Assert.AreSequenceEqual(new float[] { 4, 5, 6, 7 }, arrays["c"].Read());
        Assert.AreSequenceEqual(new float[] { 1, 5, 9 }, arrays["d"].Read());
        Assert.AreSequenceEqual(new float[] { 7 }, arrays["e"].Read());
        Assert.AreSequenceEqual(
            new[]
            {
                "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked",
            },
            StateDictFile.Read(state).Select(array => array.Name).ToArray());
    }

    private static IReadOnlyList<StoredArray> Read(byte[] file)
    {
        string path = Path.Combine(Path.GetTempPath(), $"spiking-{Guid.NewGuid():N}.pth");
        try
        {
            File.WriteAllBytes(path, file);
            return [.. StateDictFile.Read(path).Select(array =>
            {
                float[] values = array.Read();
                return array with { Read = () => values };
            })];
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string Refusal(byte[] file)
    {
        FormatException fault = Assert.ThrowsExactly<FormatException>(() => Read(file));
        Assert.Contains(".pth' was not read: ", fault.Message);
        return fault.Message;
    }
}
