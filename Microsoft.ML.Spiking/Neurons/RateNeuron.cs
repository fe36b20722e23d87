using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Neurons;

/// <summary>
/// An <see cref="IfNeuron"/> or <see cref="LifNeuron"/> in a training with a
/// <see cref="SpikeRepresentationGradient"/>: its spikes have the height gain times threshold, so that its mean output
/// is that of a rectifier which is cut off at that height. It exists during the training alone; afterwards the height
/// is folded into the next layer's weights.
/// </summary>
internal sealed record RateNeuron : NeuronDefinition
{
    /// <summary>The name of the learned array: the threshold.</summary>
    internal const string ThresholdName = "threshold";

    /// <summary>The lowest threshold that is learned.</summary>
    internal const double LowestThreshold = 5e-4;

    /// <summary>Gets the neuron, a spiking one.</summary>
    public NeuronDefinition Inner { get; init; } = new IfNeuron();

    /// <summary>Gets whether the threshold is learned.</summary>
    public bool LearnThreshold { get; init; }

    /// <summary>
    /// Gets the height of a spike in thresholds, with which the slope of the mean output by the mean current is 1: tau
    /// of a leaky neuron whose current is decayed, else 1.
    /// </summary>
    public double Gain { get; init; } = 1;

    [JsonIgnore]
    internal override IReadOnlyList<LearnedScalar> LearnedScalars =>
        LearnThreshold ? [new(ThresholdName, Spiking.Threshold)] : [];

    internal override SignalKind OutputKind => SignalKind.Graded;

    /// <summary>Gets <see cref="Inner"/>.</summary>
    [JsonIgnore]
    internal SpikingNeuronDefinition Spiking => (SpikingNeuronDefinition)Inner;

    /// <summary>Gets the part of the potential that a step leaves: 1 without a leak.</summary>
    internal double Kept => Inner is LeakyNeuronDefinition leaky ? 1 - (1 / leaky.MembraneTimeConstant) : 1;

    /// <summary>Returns that neuron in a training.</summary>
    public static RateNeuron Of(SpikingNeuronDefinition neuron, bool learnThreshold) => new()
    {
        Inner = neuron,
        LearnThreshold = learnThreshold,
        Gain = neuron is LeakyNeuronDefinition { DecayInput: true } leaky ? leaky.MembraneTimeConstant : 1,
    };

    /// <summary>Returns the neuron with a learned threshold; its initial potential keeps its share of it.</summary>
    public SpikingNeuronDefinition With(double learned)
    {
        double threshold = Math.Max(learned, LowestThreshold);
        return Spiking with
        {
            Threshold = threshold,
            InitialPotential = Spiking.InitialPotential / Spiking.Threshold * threshold,
        };
    }

    internal override IEnumerable<string> Faults()
    {
        foreach (string fault in Inner.Faults())
        {
            yield return fault;
        }
        if (!(IsFinite(Gain) && Gain > 0))
        {
            yield return Invariant($"{nameof(Gain)} is {Gain}; it must be finite and greater than 0.");
        }
    }
}
