namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>A way to train and to code.</summary>
/// <param name="Name">The row of the table.</param>
/// <param name="Set">Sets it in options that are those of CLIF and backpropagation through time.</param>
/// <param name="TaughtBy">The row whose model of the same seed teaches; null for none.</param>
internal sealed record Method(string Name, Action<SpikingClifTrainer.Options> Set, string? TaughtBy = null)
{
    /// <summary>Gets the weight of the teacher's features.</summary>
    public double FeatureWeight { get; init; }
}

/// <summary>The methods that are compared, the first of which the others are measured against.</summary>
internal static class MethodList
{
    public const string Clif = "CLIF, T 4";
    public const string Relu = "ReLU (no spikes)";
    public const string PenalizedRelu = "ReLU, penalty";
    public const string FirstSpike = "first spikes, penalty";

    /// <summary>Returns the methods.</summary>
    /// <param name="penalty">The penalty of spikes that suits the network.</param>
    public static IReadOnlyList<Method> For(double penalty) =>
    [
        new(Clif, _ => { }),
        new("LIF, T 4", o => o.Neuron = new LifNeuron()),
        new("IF, T 4", o => o.Neuron = new IfNeuron()),
        new("IF, spike representation, T 2", o => Representation(o, new IfNeuron { InitialPotential = 0.5 }, 2)),
        new("IF, spike representation, T 4", o => Representation(o, new IfNeuron { InitialPotential = 0.5 }, 4)),
        new("IF, spike representation, T 8", o => Representation(o, new IfNeuron { InitialPotential = 0.5 }, 8)),
        new("LIF, spike representation, T 4", o => Representation(o, Slow, 4)),
        new(Relu, Rectifiers),
        new("CLIF, T 4, taught by ReLU: logits", _ => { }, Relu),
        new("CLIF, T 4, taught by ReLU: logits, features", _ => { }, Relu) { FeatureWeight = 1 },
        new(PenalizedRelu, o =>
        {
            Rectifiers(o);
            o.SpikePenalty = penalty;
        }),
        new("first spikes", o => First(o, 0, new() { WindowPercentile = 100 })),
        new(FirstSpike, o => First(o, penalty, new() { WindowPercentile = 100 })),
        new("first spikes, penalty, 4 bits, tuned",
            o => First(o, penalty, new() { ClockBits = 4, WindowPercentile = 99.9, FineTuneEpochs = 2 })),
        new("first spikes, penalty, 2 bits, tuned",
            o => First(o, penalty, new() { ClockBits = 2, WindowPercentile = 99.9, FineTuneEpochs = 2 })),
    ];

    private static LifNeuron Slow =>
        new() { MembraneTimeConstant = 5, DecayInput = true, Threshold = 0.2, InitialPotential = 0.1 };

    private static void Rectifiers(SpikingClifTrainer.Options options) =>
        (options.Neuron, options.TimeSteps) = (new ReluNeuron(), 1);

    private static void First(SpikingClifTrainer.Options options, double penalty, FirstSpikeConversion conversion)
    {
        Rectifiers(options);
        (options.SpikePenalty, options.Conversion) = (penalty, conversion);
    }

    private static void Representation(SpikingClifTrainer.Options options, NeuronDefinition neuron, int steps) =>
        (options.Neuron, options.TimeSteps, options.Gradient) =
            (neuron, steps, new SpikeRepresentationGradient { LearnThreshold = true });
}
