namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>A way to train and to code.</summary>
/// <param name="Name">The row of the table.</param>
/// <param name="Set">Sets it in options that are those of CLIF and backpropagation through time.</param>
internal sealed record Method(string Name, Action<SpikingClifTrainer.Options> Set)
{
    /// <summary>Gets the row whose model of the same seed teaches; null for none.</summary>
    public string? TaughtBy { get; init; }

    /// <summary>Gets the weight of the teacher's features.</summary>
    public double FeatureWeight { get; init; }

    /// <summary>Gets the row whose models are scored with <see cref="Confidence"/>; null to train models.</summary>
    public string? ExitOf { get; init; }

    /// <summary>Gets the confidence at which rows end.</summary>
    public double Confidence { get; init; }

    /// <summary>Gets how many times the problem's rows are trained on.</summary>
    public int RowsFactor { get; init; } = 1;

    /// <summary>Gets whether values of neurons are counted instead of spikes, those that are not 0.</summary>
    public bool IsGraded { get; init; }
}

/// <summary>The methods that are compared, the first of each list being what the others are measured against.</summary>
internal static class MethodList
{
    public const string Clif = "CLIF, T 4";
    public const string Relu = "ReLU (no spikes)";
    public const string BetterRelu = "ReLU, 6 times the rows";
    public const string FirstSpike = "first spikes, penalty";

    // Of a row's values summed over all neurons, of which the conv net has 72 times as many.
    private const double VectorPenalty = 5e-4, ImagePenalty = 2e-5;

    /// <summary>Gets the methods on rows without time steps, with fully connected networks.</summary>
    public static IReadOnlyList<Method> OfVectors =>
    [
        .. Common(VectorPenalty),
        new("IF, spike representation, T 8", o => Representation(o, 8)),
        new("counts, T 8, 1 spike", o => Counts(o, VectorPenalty, 8, 1, 0)),
        new("counts, T 8, 1 spike, tuned", o => Counts(o, VectorPenalty, 8, 1, 2)),
        new("feedback, T 5", o => (o.Network, o.TimeSteps) = (new FeedbackMlp(340, 340), 5)) { IsGraded = true },
    ];

    /// <summary>Gets the methods on images, with convolutions.</summary>
    public static IReadOnlyList<Method> OfImages =>
    [
        .. Common(ImagePenalty),
        new("first spikes, 5 times the penalty", o => First(o, 5 * ImagePenalty, new() { WindowPercentile = 100 })),
        new(BetterRelu, Rectifiers) { IsGraded = true, RowsFactor = 6 },
        new("CLIF, T 4, taught by that: logits", _ => { }) { TaughtBy = BetterRelu },
        new("CLIF, T 4, taught by that: logits, features", _ => { }) { TaughtBy = BetterRelu, FeatureWeight = 1 },
    ];

    /// <summary>Gets first spikes and early exits of convolutions that are nearly always right.</summary>
    public static IReadOnlyList<Method> OfDigitImages =>
    [
        new(Clif, _ => { }),
        new(Relu, Rectifiers) { IsGraded = true },
        new(FirstSpike, o => First(o, ImagePenalty, new() { WindowPercentile = 100 })),
        new("CLIF, T 4, early exit at 0.9", _ => { }) { ExitOf = Clif, Confidence = 0.9 },
    ];

    /// <summary>Gets first spikes and what they are compared with.</summary>
    public static IReadOnlyList<Method> OfAllDigits =>
    [
        new(Relu, Rectifiers) { IsGraded = true },
        new(FirstSpike, o => First(o, VectorPenalty, new() { WindowPercentile = 100 })),
        new("first spikes, penalty, 4 bits, tuned", o => First(o, VectorPenalty, Clocked)),
    ];

    /// <summary>Gets the methods on sequences.</summary>
    public static IReadOnlyList<Method> OfSequences =>
    [
        new("CLIF, not recurrent", _ => { }),
        new("LIF, not recurrent", o => o.Neuron = new LifNeuron()),
        new("recurrent CLIF", o => o.Network = new RecurrentMlp(64)),
        new("recurrent LIF", o => (o.Network, o.Neuron) = (new RecurrentMlp(64), new LifNeuron())),
        new("gated, 6 bits", o => o.Network = new SpikingRecurrent(64)) { IsGraded = true },
        new("gated, 6 bits, threshold 3", o => o.Network = new SpikingRecurrent(64) { Threshold = 3 })
        {
            IsGraded = true,
        },
    ];

    private static FirstSpikeConversion Clocked =>
        new() { ClockBits = 4, WindowPercentile = 99.9, FineTuneEpochs = 2 };

    private static IEnumerable<Method> Common(double penalty) =>
    [
        new(Clif, _ => { }),
        new("LIF, T 4", o => o.Neuron = new LifNeuron()),
        new("IF, T 4", o => o.Neuron = new IfNeuron()),
        new("IF, spike representation, T 4", o => Representation(o, 4)),
        new(Relu, Rectifiers) { IsGraded = true },
        new("CLIF, T 4, taught: logits", _ => { }) { TaughtBy = Relu },
        new("CLIF, T 4, taught: logits, features", _ => { }) { TaughtBy = Relu, FeatureWeight = 1 },
        new("CLIF, T 4, early exit at 0.9", _ => { }) { ExitOf = Clif, Confidence = 0.9 },
        new(FirstSpike, o => First(o, penalty, new() { WindowPercentile = 100 })),
        new("first spikes, penalty, 4 bits, tuned", o => First(o, penalty, Clocked)),
        new("counts, T 2, bursts of 5", o => Counts(o, penalty, 2, 5, 0)),
        new("counts, T 2, bursts of 5, tuned", o => Counts(o, penalty, 2, 5, 2)),
    ];

    private static void Rectifiers(SpikingClifTrainer.Options options) =>
        (options.Neuron, options.TimeSteps) = (new ReluNeuron(), 1);

    private static void First(SpikingClifTrainer.Options options, double penalty, FirstSpikeConversion conversion)
    {
        Rectifiers(options);
        (options.SpikePenalty, options.Conversion) = (penalty, conversion);
    }

    private static void Counts(SpikingClifTrainer.Options options, double penalty, int steps, int most, int tuning)
    {
        Rectifiers(options);
        options.SpikePenalty = penalty;
        options.Conversion = new CountConversion
        {
            TimeSteps = steps,
            MaximumSpikesPerStep = most,
            FineTuneEpochs = tuning,
        };
    }

    private static void Representation(SpikingClifTrainer.Options options, int steps) =>
        (options.Neuron, options.TimeSteps, options.Gradient) = (new IfNeuron { InitialPotential = 0.5 }, steps,
            new SpikeRepresentationGradient { LearnThreshold = true });
}
