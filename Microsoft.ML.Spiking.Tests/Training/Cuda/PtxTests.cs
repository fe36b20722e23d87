using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// The kernels, compiled to PTX by clang, which needs nothing of CUDA: every array stays in registers, and neurons read
/// and write memory as wide as the program says.
/// </summary>
[TestClass]
public sealed partial class PtxTests
{
    // Leaves room for a block of 256 threads in each third of a multiprocessor's 65,536.
    private const int MostRegisters = 168;

    // Of a block, without asking for more.
    private const int MostSharedBytes = 48 << 10;

    private static readonly string[] Names = ["clang-20", "clang-19", "clang-16", "clang"];

    private static readonly string? Clang = OperatingSystem.IsLinux()
        ? Names.Select(Tool.Find).FirstOrDefault(path => path is not null)
        : null;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow("sm_80")]
    [DataRow("sm_90")]
    [DataRow("sm_100")]
    public void Programs_OfEveryNeuron_StayInRegistersAndReadVectors(string architecture)
    {
        SkipUnlessKnown(architecture);
        foreach (SpikingNeuronDefinition neuron in (SpikingNeuronDefinition[])
            [new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new KlifNeuron { ResetPotential = 0 }])
        {
            foreach (int timeSteps in (int[])[4, 6, 16, 24, 64])
            {
                AssertSuits(neuron, timeSteps, isHalf: false, ProgramNormalization.None, architecture);
                AssertSuits(neuron, timeSteps, isHalf: true, ProgramNormalization.None, architecture);
            }
        }
    }

    [TestMethod]
    [DataRow("sm_80")]
    [DataRow("sm_90")]
    public void Programs_WithoutConstants_StayInRegisters(string architecture)
    {
        SkipUnlessKnown(architecture);
        foreach (PlainProgram program in PlainProgram.All)
        {
            string ptx = Compile(program, architecture);
            Assert.DoesNotContain(".local", ptx);
            Assert.AreEqual(Regex.Count(program.Source, "^KERNEL ", RegexOptions.Multiline),
                Regex.Count(ptx, @"\.visible \.entry"));
        }
    }

    [TestMethod]
    [DataRow("sm_80")]
    [DataRow("sm_90")]
    public void Programs_OfBatchNorm_StayInRegistersAndReadVectors(string architecture)
    {
        SkipUnlessKnown(architecture);
        foreach (SpikingNeuronDefinition neuron in (SpikingNeuronDefinition[])[new ClifNeuron(), new PlifNeuron()])
        {
            foreach (int timeSteps in (int[])[4, 6, 16])
            {
                AssertSuits(neuron, timeSteps, isHalf: false, ProgramNormalization.ChannelsLast, architecture);
                AssertSuits(neuron, timeSteps, isHalf: true, ProgramNormalization.ChannelsLast, architecture);
                AssertSuits(neuron, timeSteps, isHalf: false, ProgramNormalization.Planes, architecture);
            }
        }
        AssertPooledSuits(architecture);
        foreach (bool isChannelsLast in (bool[])[true, false])
        {
            foreach (bool isHalf in (bool[])[true, false])
            {
                var program = new NormProgram(isHalf ? 8 : 4, isChannelsLast, isHalf);
                string ptx = Compile(program, architecture);
                Assert.DoesNotContain(".local", ptx);
                foreach (Match shared in SharedMemory().Matches(ptx))
                {
                    int bytes = int.Parse(shared.Groups[1].Value, CultureInfo.InvariantCulture);
                    Assert.IsLessThanOrEqualTo(MostSharedBytes, bytes);
                }
                string[] kernels =
                [
                    "norm_sums", "norm_gradient_sums", "norm_statistics", "norm_gradients", "norm_apply",
                    "norm_combine",
                ];
                foreach (string kernel in kernels)
                {
                    int live = MostLive(Entry(ptx, kernel));
                    Assert.IsLessThanOrEqualTo(MostRegisters, live, kernel);
                    string order = isChannelsLast ? "channels-last" : "planes", type = isHalf ? "bfloat16" : "float32";
                    TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{architecture} {kernel} {order} {type}: words alive at once {live}, no local memory"));
                }
                // Four reads of 16 bytes, and the last three; channels-last reads the channels' constants as widely.
                const string load = @"ld\.global\.nc\.v4\.u32 ", store = @"st\.global\.v4\.u32 ";
                int vectors = isHalf ? 2 : 1; // of as many float32
                Assert.AreEqual(7 + (isChannelsLast ? 1 : 0), Regex.Count(Entry(ptx, "norm_sums"), load));
                Assert.AreEqual(14 + (isChannelsLast ? vectors : 0),
                    Regex.Count(Entry(ptx, "norm_gradient_sums"), load));
                Assert.AreEqual(2 + (isChannelsLast ? 3 * vectors : 0), Regex.Count(Entry(ptx, "norm_combine"), load));
                Assert.AreEqual(1, Regex.Count(Entry(ptx, "norm_combine"), store));
            }
        }
    }

    private static void SkipUnlessKnown(string architecture)
    {
        if (Clang is null)
        {
            Assert.Inconclusive(
                "The CUDA kernels are not compiled to PTX: there is no clang (./build.sh test installs it).");
        }
        if (!Knows(architecture))
        {
            Assert.Inconclusive($"{Path.GetFileName(Clang)} does not compile for {architecture}.");
        }
    }

    // A window's four values lie apart and are read one by one; of its spikes and their gradient there is one.
    private void AssertPooledSuits(string architecture)
    {
        foreach ((SpikingNeuronDefinition neuron, int timeSteps) in
            ((SpikingNeuronDefinition, int)[])
            [
                (new ClifNeuron(), 4), (new ClifNeuron(), 6), (new ClifNeuron(), 8), (new LifNeuron(), 16),
            ])
        {
            NeuronProgram program = NeuronProgram.Of(neuron, timeSteps, width: 4) with
            {
                Normalization = ProgramNormalization.ChannelsLast,
                HasHalfCurrent = true,
                HasHalfSpikes = true,
                IsPooled = true,
            };
            string forward = Entry(program, architecture);
            string backward = Entry(program with { IsBackward = true }, architecture);

            Assert.AreEqual(4 * timeSteps, Regex.Count(forward, @"ld\.global\.nc\.u16 "));
            Assert.AreEqual(timeSteps, Regex.Count(forward, @"st\.global\.u16 "));
            Assert.AreEqual(5 * timeSteps, Regex.Count(backward, @"ld\.global\.nc\.u16 "));
            Assert.AreEqual(4 * timeSteps, Regex.Count(backward, @"st\.global\.u16 "));
            (int first, int second) = (MostLive(forward), MostLive(backward));
            Assert.IsLessThanOrEqualTo(MostRegisters, second);
            TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{architecture} {program.Neuron} T {timeSteps} bfloat16 pooled: words alive at once {first} " +
                $"forward, {second} backward, no local memory"));
        }
    }

    private void AssertSuits(SpikingNeuronDefinition neuron, int timeSteps, bool isHalf,
        ProgramNormalization normalization, string architecture)
    {
        foreach (bool isBackward in (bool[])[false, true])
        {
            int width = NeuronProgram.WidthFor(neuron, timeSteps, isBackward, isHalf, n: 1024, alignment: 8);
            AssertSuits(NeuronProgram.Of(neuron, timeSteps, width) with
            {
                IsBackward = isBackward,
                HasHalfCurrent = isHalf,
                HasHalfSpikes = isHalf,
                Normalization = normalization,
            }, architecture);
        }
    }

    private void AssertSuits(NeuronProgram program, string architecture)
    {
        string entry = Entry(program, architecture), what = program.ToString();
        int read = program.HasHalfCurrent ? program.Width / 2 : program.Width; // words
        string width = read < 2 ? "" : string.Create(CultureInfo.InvariantCulture, $".v{read}");
        string type = program.HasHalfCurrent && read == 0 ? "u16" : "u32";
        // Scale and shift are float32, for each channel of a thread or for all its neurons; eight are read in two.
        int constants = program.Normalization switch
        {
            ProgramNormalization.None => 0,
            ProgramNormalization.Planes => program is { Width: 1, HasHalfCurrent: false } ? 2 : 0,
            _ => program.Width == 8 ? 4 : program.HasHalfCurrent ? 0 : 2,
        };
        int loads = Regex.Count(entry, $@"ld\.global\.nc{width}\.{type} ");
        int stores = Regex.Count(entry, $@"st\.global{width}\.{type} ");
        // The forward pass keeps no step, so that a compiler may leave many of them a loop.
        int steps = program.IsBackward || program.TimeSteps < 64 ? program.TimeSteps : stores;
        Assert.AreEqual(0, program.TimeSteps % Math.Max(1, steps), what);
        Assert.AreEqual(steps * (constants + (program.IsBackward ? 2 : 1)), loads, what);
        Assert.AreEqual(steps, stores, what);
        int live = MostLive(entry);
        Assert.IsLessThanOrEqualTo(MostRegisters, live, what);
        string values = program.HasHalfCurrent ? "bfloat16" : "float32";
        string direction = program.IsBackward ? "backward" : "forward";
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{architecture} {program.Neuron} T {program.TimeSteps} {values} {program.Normalization} {direction}: ") +
            string.Create(CultureInfo.InvariantCulture,
                $"{program.Width} neurons a thread, words alive at once {live}, no local memory"));
    }

    private static bool Knows(string architecture) => Tool.Run(Path.GetTempPath(), Clang!, "--target=nvptx64",
        "--print-supported-cpus").Split([' ', '\t', '\n']).Contains(architecture);

    private static string Compile(ICudaProgram program, string architecture)
    {
        using var folder = new TemporaryFolder();
        string source = Path.Combine(folder.Path, "kernels.cu");
        File.WriteAllText(source, program.Source);
        Tool.Run(folder.Path, Clang!, ["-x", "cuda", "--cuda-device-only", $"--cuda-gpu-arch={architecture}",
            "-nocudainc", "-nocudalib", "-O3", "-ffp-contract=off", "-Wall", "-Werror", "-Wno-unused", "-S",
            "-o", "kernels.ptx", .. program.Definitions, source]);
        return File.ReadAllText(Path.Combine(folder.Path, "kernels.ptx"));
    }

    // The kernel of a program's direction.
    private static string Entry(NeuronProgram program, string architecture)
    {
        string ptx = Compile(program, architecture);
        Assert.DoesNotContain(".local", ptx, program.ToString());
        return Entry(ptx, program.IsBackward ? "neuron_backward" : "neuron_forward");
    }

    private static string Entry(string ptx, string name)
    {
        int start = ptx.IndexOf($".entry {name}(", StringComparison.Ordinal);
        return ptx[start..ptx.IndexOf("\n}", start, StringComparison.Ordinal)];
    }

    /// <summary>
    /// Returns the maximum number of words alive at once in the listed order of instructions. PTX has a register for
    /// every value; the real number is decided by the driver's compiler, which does not run here.
    /// </summary>
    private static int MostLive(string entry)
    {
        string[] lines = [.. entry.Split('\n').Where(line => !line.Contains(".reg", StringComparison.Ordinal))];
        var spans = new Dictionary<string, (int First, int Last)>();
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (string name in Register().Matches(lines[i]).Select(match => match.Value))
            {
                spans[name] = (spans.TryGetValue(name, out (int First, int Last) span) ? span.First : i, i);
            }
        }
        int[] change = new int[lines.Length + 1];
        foreach ((string name, (int first, int last)) in spans)
        {
            int words = name[2] == 'd' ? 2 : 1;
            change[first] += words;
            change[last] -= words;
        }
        int alive = 0;
        return change.Max(step => alive += step);
    }

    [GeneratedRegex(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]")]
    private static partial Regex SharedMemory();

    [GeneratedRegex(@"%(rd|fd|rs|r|f)\d+")]
    private static partial Regex Register();
}
