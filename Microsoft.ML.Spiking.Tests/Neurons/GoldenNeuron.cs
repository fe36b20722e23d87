using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>One reference case of neurons.json or neurons_klif_if.json.</summary>
internal sealed record GoldenNeuron(JsonElement Case)
{
    public static IEnumerable<GoldenNeuron> All =>
        new[] { "neurons.json", "neurons_klif_if.json" }
            .SelectMany(name => GoldenFiles.Read(name).EnumerateArray().Select(item => new GoldenNeuron(item)));

    public int TimeSteps => Case.GetProperty("T").GetInt32();

    public double Learned => Case.TryGetProperty("w", out JsonElement w) ? w.GetDouble()
        : Case.TryGetProperty("k", out JsonElement k) ? k.GetDouble()
        : 0;

    public double? LearnedGradient => Case.TryGetProperty("w_gradient", out JsonElement w) ? w.GetDouble()
        : Case.TryGetProperty("k_gradient", out JsonElement k) ? k.GetDouble()
        : null;

    public double[] this[string name] => Case.GetProperty(name).Doubles();

    /// <summary>Gets the shape, [T, ...].</summary>
    public long[] Shape => [TimeSteps, .. Case.GetProperty("shape").Longs()];

    public SpikingNeuronDefinition Definition => Text("neuron") switch
    {
        "clif" => Leaky(new ClifNeuron()),
        "lif" => Leaky(new LifNeuron()),
        "plif" => Leaky(new PlifNeuron()),
        "klif" => Leaky(new KlifNeuron { ScaleReset = Flag("scale_reset") }),
        "if" => Spiking(new IfNeuron()),
        string other => throw new NotSupportedException(other),
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Definition} T={TimeSteps} learned={Learned}");

    private LeakyNeuronDefinition Leaky(LeakyNeuronDefinition neuron) => (LeakyNeuronDefinition)Spiking(neuron with
    {
        MembraneTimeConstant = Case.GetProperty("tau").GetDouble(),
        DecayInput = Flag("decay_input"),
    });

    private SpikingNeuronDefinition Spiking(SpikingNeuronDefinition neuron) => neuron with
    {
        Threshold = Case.GetProperty("v_threshold").GetDouble(),
        ResetPotential = Case.GetProperty("v_reset") is { ValueKind: JsonValueKind.Number } reset
            ? reset.GetDouble()
            : null,
        DetachReset = Flag("detach_reset"),
        Surrogate = Text("surrogate") switch
        {
            "rectangle" => new RectangleSurrogate(),
            "sigmoid" => new SigmoidSurrogate(),
            "triangle" => new TriangleSurrogate(),
            "atan" => new AtanSurrogate(),
            string other => throw new NotSupportedException(other),
        },
    };

    private string Text(string name) => Case.GetProperty(name).GetString()!;

    private bool Flag(string name) => Case.GetProperty(name).GetBoolean();
}
