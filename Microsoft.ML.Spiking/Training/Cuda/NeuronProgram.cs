using System.Globalization;
using System.Numerics;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>A compilation of neuron.cu, of one direction: everything that is constant in it.</summary>
internal readonly record struct NeuronProgram : ICudaProgram
{
    /// <summary>The largest T: the backward pass keeps the potential of all steps in registers.</summary>
    public const int MaximumTimeSteps = 64;

    /// <summary>Threads of a block.</summary>
    public const int BlockSize = 256;

    // The constants below are the fastest of those that gpu-check tune has tried on an H200
    // (benchmarks/results/2026-11-27-gpu-h200.txt).

    // Words of a thread that may be on their way from memory before it computes anything.
    private const int MostWordsFirst = 32;
    private const int MostWordsFirstOfClif = 24;

    // Steps times neurons of a thread of which the backward pass keeps all that follows from the potential: CLIF then
    // keeps four values of each.
    private const int MostKept = 16;
    private const int MostKeptInFull = 12;
    private const int MostKeptInFullWithChannels = 8;

    // Two values of each fill the 48 KB that a block has without asking. This was chosen by the instructions that
    // NVRTC 12.4 makes for sm_90, not by a card's speed: a quarter fewer of the special ones, which limit CLIF, than
    // where these are computed again, and nothing spills at T = 16.
    private const int MostShared = 24;
    private const int MostStepsInRegisters = 8;

    // A multiprocessor has registers for as many blocks of the backward pass, up to these steps.
    private const int BlocksAtOnce = 4;
    private const int MostStepsOfBlocks = 16;

    private static readonly string Text = CudaSource.Read("neuron.cu");

    string ICudaProgram.Source => Text;

    public required ProgramNeuron Neuron { get; init; }

    public required bool IsHardReset { get; init; }

    public required ProgramSurrogate Surrogate { get; init; }

    /// <summary>Gets whether no gradient flows through the reset.</summary>
    public required bool IsDetached { get; init; }

    /// <summary>Gets whether the current is multiplied by a gain.</summary>
    public required bool IsDecayed { get; init; }

    /// <summary>Gets whether this is the backward pass, else the forward pass.</summary>
    public bool IsBackward { get; init; }

    /// <summary>Gets T, at most <see cref="MaximumTimeSteps"/>.</summary>
    public required int TimeSteps { get; init; }

    /// <summary>Gets the number of neurons of a thread; see <see cref="WidthFor"/>.</summary>
    public required int Width { get; init; }

    /// <summary>Gets whether the current is the same at every step.</summary>
    public bool IsConstant { get; init; }

    /// <summary>Gets whether the current and its gradient are bfloat16.</summary>
    public bool HasHalfCurrent { get; init; }

    /// <summary>Gets whether the spikes and their gradient are bfloat16.</summary>
    public bool HasHalfSpikes { get; init; }

    /// <summary>Gets the order of the channels that a batch normalization of the current has, if it has one.</summary>
    public ProgramNormalization Normalization { get; init; }

    /// <summary>Gets whether the spikes are averaged over windows of 2x2; the width is then 4.</summary>
    public bool IsPooled { get; init; }

    /// <summary>Gets whether the forward pass writes what leaves it, float32, in float16, too.</summary>
    public bool HasHalves { get; init; }

    /// <summary>
    /// Gets what is read before anything is computed: 0 nothing, 1 the current of all steps, 2 the gradient by the
    /// spikes, too; null for as much as a thread has registers for.
    /// </summary>
    public int? Early { get; init; }

    /// <summary>
    /// Gets whether the backward pass computes again what follows from a step's potential; null where it would keep too
    /// much.
    /// </summary>
    public bool? IsRecomputed { get; init; }

    /// <summary>
    /// Gets whether the backward pass of CLIF keeps potentials and complementary potentials in the memory of the block;
    /// null where a thread has not registers enough, and they fit there.
    /// </summary>
    public bool? IsShared { get; init; }

    /// <summary>
    /// Gets the blocks that a multiprocessor must have registers for, 0 to leave it to the compiler; null for what
    /// suits the neuron.
    /// </summary>
    public int? MinimumBlocks { get; init; }

    /// <summary>Gets whether the neuron has a learned value.</summary>
    public bool IsLearned => Neuron is ProgramNeuron.Plif or ProgramNeuron.Klif;

    public IReadOnlyList<string> Definitions =>
    [
        Define("BACKWARD", IsBackward ? 1 : 0), Define("TIME_STEPS", TimeSteps), Define("WIDTH", Width),
        Define("NEURON", (int)Neuron), Define("HARD_RESET", IsHardReset ? 1 : 0),
        Define("DETACHED", IsDetached ? 1 : 0), Define("DECAYED", IsDecayed ? 1 : 0),
        Define("SURROGATE", (int)Surrogate),
        Define("CONSTANT_CURRENT", IsConstant ? 1 : 0), Define("BF16_CURRENT", HasHalfCurrent ? 1 : 0),
        Define("BF16_SPIKES", HasHalfSpikes ? 1 : 0), Define("NORMALIZED", (int)Normalization),
        Define("POOLED", IsPooled ? 1 : 0), Define("EARLY", EarlyReads),
        Define("RECOMPUTED", Recomputes ? 1 : 0), Define("SHARED_STEPS", Shares ? 1 : 0),
        Define("HALVES", HasHalves && !IsBackward ? 1 : 0),
        .. Blocks > 0 ? [Define("MINIMUM_BLOCKS", Blocks)] : (string[])[],
    ];

    /// <summary>Gets <see cref="Early"/>, or what is done without it.</summary>
    internal int EarlyReads
    {
        get
        {
            if (Early is int given)
            {
                return given;
            }
            int currents = IsConstant ? 0 : Words(HasHalfCurrent, Width);
            int gradients = IsBackward ? Words(HasHalfSpikes, IsPooled ? 1 : Width) : 0;
            if (IsBackward && Neuron == ProgramNeuron.Clif)
            {
                return currents + gradients <= MostWordsFirstOfClif ? 2 : 0;
            }
            if (IsShortLearned)
            {
                return 0;
            }
            return IsBackward && currents + gradients <= MostWordsFirst ? 2 : currents <= MostWordsFirst ? 1 : 0;
        }
    }

    /// <summary>Gets <see cref="IsRecomputed"/>, or what is done without it.</summary>
    internal bool Recomputes => IsRecomputed ?? (!Shares && (KeepsTooMuch || IsShortLearned));

    /// <summary>Gets <see cref="IsShared"/>, or what is done without it.</summary>
    internal bool Shares =>
        IsShared ?? (IsRecomputed is null && CanShare && (KeepsTooMuch || TimeSteps > MostStepsInRegisters));

    /// <summary>Gets whether this is a backward pass of CLIF whose steps fit into the memory of a block.</summary>
    internal bool CanShare =>
        IsBackward && Neuron == ProgramNeuron.Clif && TimeSteps * Width <= MostShared;

    /// <summary>Gets <see cref="MinimumBlocks"/>, or what is done without it.</summary>
    internal int Blocks
    {
        get
        {
            bool isLimited = Neuron == ProgramNeuron.Clif ? IsBackward && !IsPooled : IsShortLearned;
            return MinimumBlocks ?? (isLimited && TimeSteps <= MostStepsOfBlocks ? BlocksAtOnce : 0);
        }
    }

    private bool KeepsTooMuch => IsBackward && TimeSteps * Width > MostKeptSteps;

    private int MostKeptSteps => IsPooled || HasHalfCurrent || Neuron != ProgramNeuron.Clif ? MostKept
        : Normalization == ProgramNormalization.None ? MostKeptInFull : MostKeptInFullWithChannels;

    // The backward pass in bfloat16 of a neuron that learns a value, over few steps.
    private bool IsShortLearned =>
        IsBackward && IsLearned && HasHalfCurrent && !IsPooled && TimeSteps * Width <= MostKept;

    /// <summary>Returns the program of a neuron.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static NeuronProgram Of(SpikingNeuronDefinition neuron, int timeSteps, int width) => new()
    {
        Neuron = neuron switch
        {
            ClifNeuron => ProgramNeuron.Clif,
            LifNeuron or IfNeuron => ProgramNeuron.Lif,
            PlifNeuron => ProgramNeuron.Plif,
            KlifNeuron => ProgramNeuron.Klif,
            _ => throw new NotSupportedException($"The neuron {neuron.GetType().Name} has no CUDA kernel."),
        },
        IsHardReset = !neuron.IsSoftReset,
        Surrogate = neuron.Surrogate switch
        {
            RectangleSurrogate => ProgramSurrogate.Rectangle,
            TriangleSurrogate => ProgramSurrogate.Triangle,
            SigmoidSurrogate => ProgramSurrogate.Sigmoid,
            AtanSurrogate => ProgramSurrogate.Atan,
            _ => throw new NotSupportedException(
                $"The surrogate {neuron.Surrogate.GetType().Name} has no CUDA kernel."),
        },
        IsDetached = neuron.DetachReset,
        IsDecayed = neuron is LeakyNeuronDefinition { DecayInput: true },
        TimeSteps = timeSteps,
        Width = width,
    };

    /// <summary>
    /// Returns the neurons of a thread: as many as divide n and as the arrays' alignment allows to be read at once, 16
    /// bytes at most; fewer where more were not faster, in the backward pass for want of registers.
    /// </summary>
    /// <param name="neuron">The neuron; CLIF keeps two values of each step, the others one.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="isBackward">Whether it is the backward pass.</param>
    /// <param name="isHalf">Whether all arrays are bfloat16, else float32.</param>
    /// <param name="n">Number of neurons.</param>
    /// <param name="alignment">Number of values that the addresses of all arrays are multiples of.</param>
    public static int WidthFor(
        SpikingNeuronDefinition neuron, int timeSteps, bool isBackward, bool isHalf, long n, long alignment)
    {
        bool isClif = neuron is ClifNeuron;
        int kept = isClif ? 2 * timeSteps : timeSteps;
        int most = (isBackward, isHalf) switch
        {
            (false, true) => isClif && timeSteps > 8 ? 4 : 8,
            (false, false) => 4,
            (true, false) when isClif && kept > 4 => kept <= 24 ? 2 : 1,
            _ => kept <= 8 ? 4 : kept <= 24 ? 2 : 1,
        };
        int common = BitOperations.TrailingZeroCount(n | alignment | 8);
        return Math.Min(most, 1 << common);
    }

    /// <summary>Returns whether a thread has registers for the four neurons of a window at T steps.</summary>
    public static bool Pools(SpikingNeuronDefinition neuron, int timeSteps) =>
        timeSteps * (neuron is ClifNeuron ? 2 : 1) <= 16;

    private int Words(bool isHalf, int width) => TimeSteps * (isHalf && !IsPooled ? (width + 1) / 2 : width);

    /// <summary>Returns the option that defines a constant.</summary>
    internal static string Define(string name, int value) =>
        string.Create(CultureInfo.InvariantCulture, $"-D{name}={value}");
}

/// <summary>NEURON in neuron.cu.</summary>
internal enum ProgramNeuron
{
    Clif = 0,

    /// <summary>LIF and IF.</summary>
    Lif = 1,

    Plif = 2,
    Klif = 3,
}

/// <summary>SURROGATE in neuron.cu.</summary>
internal enum ProgramSurrogate
{
    Rectangle = 0,
    Triangle = 1,
    Sigmoid = 2,
    Atan = 3,
}

/// <summary>NORMALIZED in neuron.cu.</summary>
internal enum ProgramNormalization
{
    None = 0,

    /// <summary>Each channel's values lie next to each other.</summary>
    Planes = 1,

    /// <summary>Channels are innermost.</summary>
    ChannelsLast = 2,
}
