using System.Globalization;
using System.Text;
using Microsoft.ML.Spiking.Training.Cuda;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>
/// The kernels as machine code of NVRTC, by the calls and with the options that users' cards get it: each has registers
/// for the blocks that its program wants at once, and its arrays are in registers.
/// </summary>
[TestClass]
public sealed class NvrtcTests
{
    // Of a multiprocessor, the number that threads are given at a time, and the most that a thread can have.
    private const int Registers = 65_536;
    private const int RegistersAtATime = 8;
    private const int MostRegistersOfThread = 255;

    // Leaves room for three blocks. Only the backward pass over more steps may take all that a thread can have.
    private const int MostRegisters = 168;
    private const int MostStepsInFew = 24;

    // NVRTC spills a few words where it prefers few registers. A kernel that has taken all that it may have spills
    // more: of each step of a neuron at most as many words.
    private const int FewLocalBytes = 32;
    private const int MostSpilledWords = 3;

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    [DataRow(4)]
    [DataRow(6)]
    [DataRow(16)]
    [DataRow(64)]
    public void Programs_OfEveryNeuron_FitAndStayInRegisters(int timeSteps)
    {
        // What takes long and says little is left out: a batch norm and more than four steps forward, where nothing of
        // a step is kept; and planes in bfloat16, whose images are channels-last.
        var programs = new List<NeuronProgram>();
        foreach (SpikingNeuronDefinition neuron in (SpikingNeuronDefinition[])
            [new ClifNeuron(), new LifNeuron(), new PlifNeuron(), new KlifNeuron { ResetPotential = 0 }])
        {
            foreach (bool isBackward in (bool[])[false, true])
            {
                foreach (bool isHalf in (bool[])[false, true])
                {
                    int width = NeuronProgram.WidthFor(neuron, timeSteps, isBackward, isHalf, n: 1024, alignment: 8);
                    ProgramNormalization[] normalizations =
                        !isBackward && timeSteps > 4 ? [ProgramNormalization.None]
                        : isHalf ? [ProgramNormalization.None, ProgramNormalization.ChannelsLast]
                        : Enum.GetValues<ProgramNormalization>();
                    programs.AddRange(normalizations.Select(
                        normalization => NeuronProgram.Of(neuron, timeSteps, width) with
                        {
                            IsBackward = isBackward,
                            HasHalfCurrent = isHalf,
                            HasHalfSpikes = isHalf,
                            Normalization = normalization,
                        }));
                }
            }
        }
        AssertNeuronsFit(programs);
    }

    [TestMethod]
    public void Programs_OfPooledNeurons_FitAndStayInRegisters()
    {
        var programs = new List<NeuronProgram>();
        foreach ((SpikingNeuronDefinition neuron, int timeSteps) in ((SpikingNeuronDefinition, int)[])
            [(new ClifNeuron(), 4), (new ClifNeuron(), 8), (new PlifNeuron(), 6), (new LifNeuron(), 16)])
        {
            Assert.IsTrue(NeuronProgram.Pools(neuron, timeSteps));
            programs.AddRange(((bool[])[false, true]).Select(
                isBackward => NeuronProgram.Of(neuron, timeSteps, width: 4) with
                {
                    IsBackward = isBackward,
                    HasHalfCurrent = true,
                    HasHalfSpikes = true,
                    Normalization = ProgramNormalization.ChannelsLast,
                    IsPooled = true,
                }));
        }
        AssertNeuronsFit(programs);
    }

    [TestMethod]
    public void Programs_OfBatchNorm_FitAndStayInRegisters()
    {
        var compilations = new List<Compilation>();
        foreach (bool isHalf in (bool[])[false, true])
        {
            foreach (int width in (int[])[1, isHalf ? 8 : 4])
            {
                foreach (bool isChannelsLast in (bool[])[false, true])
                {
                    string order = isChannelsLast ? "channels-last" : "planes", type = isHalf ? "bfloat16" : "float32";
                    compilations.Add(new(new NormProgram(width, isChannelsLast, isHalf),
                        string.Create(CultureInfo.InvariantCulture, $"norm {order} {type} width {width}")));
                }
            }
        }
        AssertFit(compilations);
    }

    [TestMethod]
    public void Programs_WithoutConstants_FitAndStayInRegisters() =>
        AssertFit([.. PlainProgram.All.Select(program => new Compilation(program, program.ToString()))]);

    /// <summary>An array that cannot be in registers is found in memory.</summary>
    [TestMethod]
    public void Kernel_WithAnArrayThatIsIndexedByMemory_HasItInLocalMemory()
    {
        byte[] cubin = Nvrtc.Compiler().Compile("""
            extern "C" __global__ void kernel(int* x) {
              int counts[100] = {};
              for (int i = 1; i < x[0]; i++) counts[x[i]]++;
              for (int i = 0; i < 100; i++) x[i] = counts[i];
            }
            """, ["--gpu-architecture=sm_80"], isPtx: false);

        CubinKernel kernel = CubinReader.Read(cubin).Single();

        Assert.AreEqual(("kernel", 400), (kernel.Name, kernel.LocalBytes));
        Assert.IsInRange(4, MostRegisters, kernel.Registers);
    }

    [TestMethod]
    public void Compiler_SourceWithAnError_SaysTheFirst()
    {
        RuntimeCompiler compiler = Nvrtc.Compiler();
        CudaKernelException fault = Assert.ThrowsExactly<CudaKernelException>(() => compiler.Compile(
            "extern \"C\" __global__ void kernel(int* x) {\n  *x = unknown;\n  *x = other;\n}", [], isPtx: false));

        Assert.AreEqual("NVRTC says NVRTC_ERROR_COMPILATION: kernels.cu(2): error: identifier \"unknown\" is undefined",
            fault.Message);
    }

    [TestMethod]
    public void Compiler_OptionThatItDoesNotKnow_SaysWhich()
    {
        RuntimeCompiler compiler = Nvrtc.Compiler();
        CudaKernelException fault = Assert.ThrowsExactly<CudaKernelException>(
            () => compiler.Compile("", ["--gpu-architecture=sm_1"], isPtx: false));

        Assert.StartsWith("NVRTC says NVRTC_ERROR_INVALID_OPTION: ", fault.Message);
        Assert.Contains("--gpu-architecture", fault.Message);
    }

    /// <summary>A card that is newer than the compiler gets PTX, of which its driver makes machine code.</summary>
    [TestMethod]
    public void Programs_OfAnUnknownArchitecture_ArePtxOfTheHighestKnown()
    {
        RuntimeCompiler compiler = Nvrtc.Compiler();
        int highest = compiler.Architectures.Max();
        var program = NeuronProgram.Of(new ClifNeuron(), timeSteps: 4, width: 4);

        string ptx = Encoding.UTF8.GetString(Compile(compiler, program, "neuron_forward", highest + 1));

        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\n.target sm_{highest}\n"), ptx);
        Assert.Contains(".entry neuron_forward(", ptx);
    }

    private static byte[] Compile(RuntimeCompiler compiler, ICudaProgram program, string kernel, int capability)
    {
        var recorder = new Recorder(compiler);
        var driver = new HostDriver { IsIdle = true, Capability = capability, Version = compiler.Version };
        CudaKernels.Open(driver, recorder, index: 0).Prepare(program, kernel);
        return recorder.Images.Single();
    }

    private static List<string> Kernels(ICudaProgram program) => program is NeuronProgram neuron
        ? (neuron.IsBackward, neuron.IsLearned) switch
        {
            (false, false) => ["neuron_forward"],
            (false, true) => ["neuron_constants", "neuron_forward"],
            (true, false) => ["neuron_backward"],
            (true, true) => ["neuron_backward", "neuron_sum"],
        }
        : [.. HostCompiler.Kernels(program.Source)];

    private void AssertNeuronsFit(List<NeuronProgram> programs) => AssertFit([.. programs.Select(program =>
    {
        string type = program.HasHalfCurrent ? "bfloat16" : "float32", pooled = program.IsPooled ? " pooled" : "";
        string what = string.Create(CultureInfo.InvariantCulture,
            $"{program.Neuron} T {program.TimeSteps} {type} {program.Normalization}{pooled} width {program.Width}");
        return new Compilation(program, what)
        {
            MostRegisters = program.Blocks > 0
                ? Registers / NeuronProgram.BlockSize / program.Blocks / RegistersAtATime * RegistersAtATime
                : program.IsBackward && program.TimeSteps > MostStepsInFew ? MostRegistersOfThread : MostRegisters,
            MostSpilledBytes = program.IsBackward
                ? MostSpilledWords * sizeof(float) * program.TimeSteps * program.Width : FewLocalBytes,
        };
    })]);

    // Compilers work side by side, as in a process with several devices.
    private void AssertFit(IReadOnlyList<Compilation> compilations)
    {
        RuntimeCompiler compiler = Nvrtc.Compiler();
        foreach (int architecture in ((int[])[80, 90, compiler.Architectures.Max()]).Distinct())
        {
            if (!compiler.Architectures.Contains(architecture))
            {
                TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"NVRTC has no sm_{architecture}"));
                continue;
            }
            var kernels = new IReadOnlyList<CubinKernel>[compilations.Count];
            Parallel.For(0, kernels.Length, i => kernels[i] = CubinReader.Read(
                Compile(compiler, compilations[i].Program, Kernels(compilations[i].Program)[0], architecture)));
            for (int i = 0; i < kernels.Length; i++)
            {
                string where = string.Create(CultureInfo.InvariantCulture, $"sm_{architecture} {compilations[i].What}");
                Assert.AreSequenceEqual([.. Kernels(compilations[i].Program).Order(StringComparer.Ordinal)],
                    [.. kernels[i].Select(kernel => kernel.Name).Order(StringComparer.Ordinal)], where);
                foreach (CubinKernel kernel in kernels[i])
                {
                    AssertFits(kernel, compilations[i], where);
                }
            }
        }
    }

    private void AssertFits(CubinKernel kernel, Compilation compilation, string where)
    {
        string what = string.Create(CultureInfo.InvariantCulture,
            $"{where} {kernel.Name}: {kernel.Registers} registers of {compilation.MostRegisters}, ") +
            string.Create(CultureInfo.InvariantCulture, $"{kernel.LocalBytes} bytes of local memory");
        TestContext.WriteLine(what);
        Assert.IsInRange(1, compilation.MostRegisters, kernel.Registers, what);
        bool hasAll = kernel.Registers == compilation.MostRegisters;
        Assert.IsInRange(0, hasAll ? Math.Max(FewLocalBytes, compilation.MostSpilledBytes) : FewLocalBytes,
            kernel.LocalBytes, what);
    }

    private sealed record Compilation(ICudaProgram Program, string What)
    {
        public int MostRegisters { get; init; } = NvrtcTests.MostRegisters;

        /// <summary>Gets the most local memory of a kernel that has taken all registers.</summary>
        public int MostSpilledBytes { get; init; } = FewLocalBytes;
    }

    /// <summary>A compiler that keeps what it returns.</summary>
    private sealed class Recorder(IRuntimeCompiler compiler) : IRuntimeCompiler
    {
        public List<byte[]> Images { get; } = [];

        public int Version => compiler.Version;

        public IReadOnlyList<int> Architectures => compiler.Architectures;

        public byte[] Compile(string source, IReadOnlyList<string> options, bool isPtx)
        {
            Images.Add(compiler.Compile(source, options, isPtx));
            return Images[^1];
        }
    }
}
