using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>
/// The neuron kernels with other constants than their programs choose: for each kernel the share of a copy's rate as it
/// is, and the best three.
/// </summary>
internal static class Tuning
{
    private const long Neurons = 1 << 24;
    private const int Channels = 64;
    private const int Repetitions = 8;
    private const int Unmeasured = 2;
    private const int Best = 3;

    // Programs that have not been compiled and measured by then are left out.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(38);

    /// <summary>Measures and prints.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="device">The device.</param>
    public static void Print(CudaKernels kernels, Device device)
    {
        long started = Stopwatch.GetTimestamp();
        bool IsLate() => Stopwatch.GetElapsedTime(started) > Limit;
        Subject[] subjects =
        [
            .. from timeSteps in (int[])[4, 6, 16]
               from isHalf in (bool[])[false, true]
               from neuron in (SpikingNeuronDefinition[])[new ClifNeuron(), new PlifNeuron()]
               from isBackward in (bool[])[false, true]
               from isNormalized in (bool[])[false, true]
               select new Subject(neuron, timeSteps, isHalf, isBackward, isNormalized),
        ];
        double rate = Speeds.CopyRate(device);
        Console.WriteLine(Invariant($"Copy: {rate / 1e12:0.00} TB/s, reading and writing. Kernels as shares of it:"));
        Console.WriteLine("w neurons of a thread, e read early, r computed again, b blocks at least");
        var times = new Dictionary<NeuronProgram, double>();
        void Measure(Subject subject, IEnumerable<NeuronProgram> programs, ICollection<NeuronProgram> compiled)
        {
            using var arrays = new Arrays(subject.TimeSteps, subject.IsHalf, device);
            foreach (NeuronProgram program in programs.Where(compiled.Contains).Where(one => !times.ContainsKey(one)))
            {
                if (!IsLate())
                {
                    times[program] = arrays.Time(kernels, subject.Neuron, program);
                }
            }
        }

        HashSet<NeuronProgram> first = Compile(kernels, subjects.SelectMany(subject => subject.Variants), IsLate);
        foreach (Subject subject in subjects)
        {
            Measure(subject, subject.Variants, first);
        }
        // How many blocks must fit matters to those that are fast already.
        NeuronProgram[] Bounded(Subject subject) =>
        [
            .. from program in subject.Variants.Where(times.ContainsKey).OrderBy(one => times[one]).Take(2)
               from blocks in subject.IsBackward ? (int[])[2, 3, 4] : [4, 6]
               select program with { MinimumBlocks = blocks },
        ];
        HashSet<NeuronProgram> second = Compile(kernels, subjects.SelectMany(Bounded), IsLate);
        foreach (Subject subject in subjects)
        {
            NeuronProgram[] bounded = Bounded(subject);
            Measure(subject, bounded, second);
            string Share(NeuronProgram program) => Invariant($"{subject.Bytes / (times[program] / 1000) / rate,5:P0}");
            string own = times.ContainsKey(subject.Default) ? Share(subject.Default) : "-";
            IEnumerable<string> best = subject.Variants.Union(bounded).Where(times.ContainsKey)
                .OrderBy(program => times[program]).Take(Best)
                .Select(program => $"{Share(program)} {Describe(program)}");
            Console.WriteLine(
                $"{subject}: {own} {Describe(subject.Default)}; best {string.Join(',', best)}");
        }
        Console.WriteLine(Invariant($"{times.Count} programs in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s") +
            (IsLate() ? "; there was no time for the others" : ""));
    }

    private static string Describe(NeuronProgram program)
    {
        string blocks = program.Blocks > 0 ? Invariant($" b{program.Blocks}") : "";
        string kept = program.Shares ? "s" : program.Recomputes ? "r1" : "r0";
        return Invariant($"w{program.Width} e{program.EarlyReads} {kept}{blocks}");
    }

    private static HashSet<NeuronProgram> Compile(
        CudaKernels kernels, IEnumerable<NeuronProgram> programs, Func<bool> isLate)
    {
        var compiled = new ConcurrentBag<NeuronProgram>();
        Parallel.ForEach(programs.Distinct(), program =>
        {
            if (isLate())
            {
                return;
            }
            try
            {
                kernels.Prepare(program, program.IsBackward ? "neuron_backward" : "neuron_forward");
                compiled.Add(program);
            }
            catch (CudaKernelException fault)
            {
                Console.WriteLine($"{Describe(program)} does not compile: {fault.Message}");
            }
        });
        return [.. compiled];
    }

    /// <summary>A kernel.</summary>
    private sealed record Subject(
        SpikingNeuronDefinition Neuron, int TimeSteps, bool IsHalf, bool IsBackward, bool IsNormalized)
    {
        /// <summary>Gets the kernel as the library runs it.</summary>
        public NeuronProgram Default
        {
            get
            {
                int width = NeuronProgram.WidthFor(
                    Neuron, TimeSteps, IsBackward, IsHalf, Channels, alignment: 8);
                NeuronProgram program = NeuronProgram.Of(Neuron, TimeSteps, width) with
                {
                    IsBackward = IsBackward,
                    HasHalfCurrent = IsHalf,
                    HasHalfSpikes = IsHalf,
                    Normalization =
                        IsNormalized ? ProgramNormalization.ChannelsLast : ProgramNormalization.None,
                };
                return program with
                {
                    Early = program.EarlyReads,
                    IsRecomputed = program.Recomputes,
                    IsShared = program.Shares,
                    MinimumBlocks = program.Blocks,
                };
            }
        }

        /// <summary>Gets that one, and its neighbours without a minimum of blocks.</summary>
        public IReadOnlyList<NeuronProgram> Variants
        {
            get
            {
                NeuronProgram own = Default;
                return
                [
                    .. from width in (int[])[own.Width / 2, own.Width, own.Width * 2]
                       where width >= 1 && width * (IsHalf ? 2 : 4) <= 16
                       from early in IsBackward ? (int[])[0, 2] : [0, 1]
                       from kept in IsBackward ? (string[])["registers", "again", "shared"] : ["registers"]
                       let variant = own with
                       {
                           Width = width,
                           Early = early,
                           IsRecomputed = kept == "again",
                           IsShared = kept == "shared",
                           MinimumBlocks = 0,
                       }
                       where kept != "shared" || variant.CanShare
                       select variant,
                    own,
                ];
            }
        }

        /// <summary>Gets the bytes that it reads and writes.</summary>
        public double Bytes => (IsBackward ? 3.0 : 2.0) * TimeSteps * Neurons * (IsHalf ? 2 : 4);

        public override string ToString()
        {
            string values = IsHalf ? "bfloat16" : "float32", norm = IsNormalized ? "normalized" : "plain";
            return Invariant($"{Neuron.GetType().Name,-10} T {TimeSteps,2} {values,-8} {norm,-10} ") +
                $"{(IsBackward ? "backward" : "forward"),-8}";
        }
    }

    /// <summary>The arrays of a kernel.</summary>
    private sealed class Arrays : IDisposable
    {
        private readonly DisposeScope _scope = NewDisposeScope();
        private readonly Device _device;
        private readonly Tensor _current;
        private readonly Tensor _spikes;
        private readonly Tensor _gradient;
        private readonly Tensor _norm;
        private readonly Tensor _scratch;
        private readonly Tensor _learned;

        public Arrays(int timeSteps, bool isHalf, Device device)
        {
            ScalarType type = isHalf ? ScalarType.BFloat16 : ScalarType.Float32;
            _device = device;
            _current = rand([timeSteps, Neurons], type, device).mul_(3);
            (_spikes, _gradient) = (rand_like(_current), empty_like(_current));
            _norm = ones([2, timeSteps, Channels], device: device);
            _scratch = empty([(Neurons / NeuronProgram.BlockSize) + 1], ScalarType.Float64, device); // of width 1
            _learned = zeros(1, device: device);
        }

        /// <summary>Returns the milliseconds of a launch.</summary>
        public double Time(CudaKernels kernels, SpikingNeuronDefinition neuron, NeuronProgram program)
        {
            nint scale = DeviceMemory.Address(_norm), l = DeviceMemory.Address(_learned);
            var channels = new DeviceChannels
            {
                Scale = scale,
                Shift = scale + (program.TimeSteps * Channels * sizeof(float)),
                Step = Channels,
                Count = Channels,
                Inner = 1,
            };
            (nint x, nint s, nint g) = (
                DeviceMemory.Address(_current), DeviceMemory.Address(_spikes), DeviceMemory.Address(_gradient));
            DeviceConstants constants = DeviceConstants.Of(neuron);
            ReadOnlySpan<double> words = MemoryMarshal.Cast<DeviceConstants, double>(
                new ReadOnlySpan<DeviceConstants>(in constants));
            var launch = new NeuronLaunch(kernels, program, constants, Neurons, channels);
            using Tensor derived = tensor(words.ToArray()).to(_device); // of the learned value's first one
            (nint c, nint w) = (DeviceMemory.Address(derived), DeviceMemory.Address(_scratch));
            return Speeds.Milliseconds(program.IsBackward
                ? () => launch.Backward(x, s, g, c, w, l)
                : () => launch.Forward(x, s, 0, c), _device, Repetitions, Unmeasured);
        }

        public void Dispose() => _scope.Dispose();
    }
}
