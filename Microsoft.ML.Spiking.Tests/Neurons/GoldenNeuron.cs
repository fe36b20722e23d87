using System.Globalization;
using System.Text.Json;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Surrogates;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>One case of neurons.json.</summary>
internal sealed record GoldenNeuron(JsonElement Case)
{
    public static IReadOnlyList<GoldenNeuron> All { get; } =
        [.. GoldenFiles.Read("neurons.json").EnumerateArray().Select(item => new GoldenNeuron(item))];

    public int TimeSteps => Case.GetProperty("T").GetInt32();

    /// <summary>Without time.</summary>
    public long[] Shape => Case.GetProperty("shape").Longs();

    public double[] this[string name] => Case.GetProperty(name).Doubles();

    public bool Has(string name) => Case.TryGetProperty(name, out _);

    public double Number(string name) => Case.GetProperty(name).GetDouble();

    public NeuronDefinition Definition => Text("neuron") switch
    {
        "clif" => Configure(new ClifNeuron()),
        "lif" => Configure(new LifNeuron()),
        "plif" => Configure(new PlifNeuron()),
        string other => throw new NotSupportedException(other),
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Text("neuron")} {Text("surrogate")} T={TimeSteps} v_reset={Case.GetProperty("v_reset")} " +
        $"decay_input={Flag("decay_input")} detach_reset={Flag("detach_reset")}");

    private LeakyNeuronDefinition Configure(LeakyNeuronDefinition neuron) => neuron with
    {
        MembraneTimeConstant = Number("tau"),
        Threshold = Number("v_threshold"),
        ResetPotential = Case.GetProperty("v_reset").ValueKind == JsonValueKind.Null ? null : Number("v_reset"),
        DecayInput = Flag("decay_input"),
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
