namespace Microsoft.ML.Spiking.Serialization;

/// <summary>The reader of a neuron's JSON object; missing members have the defaults of a new neuron.</summary>
internal static class NeuronReader
{
    /// <summary>Reads the neuron.</summary>
    /// <exception cref="System.Text.Json.JsonException">The object is not that of a neuron.</exception>
    /// <exception cref="FormatException">It names an unknown type.</exception>
    public static NeuronDefinition Read(JsonFields fields)
    {
        NeuronDefinition neuron = fields.Type switch
        {
            "clif" => Leaky(new ClifNeuron(), fields),
            "lif" => Leaky(new LifNeuron(), fields),
            "plif" => Leaky(new PlifNeuron(), fields),
            "klif" => Leaky(new KlifNeuron { ScaleReset = fields.Flag("scaleReset", missing: false) }, fields),
            "if" => Spiking(new IfNeuron(), fields),
            "relu" => new ReluNeuron(),
            "firstSpike" => new FirstSpikeNeuron
            {
                Window = fields.Number("window"),
                ClockBits = fields.NumberOrNull("clockBits") is null ? null : fields.Integer("clockBits"),
            },
            "burst" => new BurstNeuron
            {
                Threshold = fields.Number("threshold"),
                MaximumSpikes = fields.Integer("maximumSpikes"),
            },
            _ => throw fields.UnknownType(DefinitionJson.What),
        };
        fields.CheckAllTaken();
        return neuron;
    }

    private static SpikingNeuronDefinition Leaky(LeakyNeuronDefinition neuron, JsonFields fields) => Spiking(
        neuron with
        {
            MembraneTimeConstant = fields.Number("membraneTimeConstant", neuron.MembraneTimeConstant),
            DecayInput = fields.Flag("decayInput", neuron.DecayInput),
        }, fields);

    private static SpikingNeuronDefinition Spiking(SpikingNeuronDefinition neuron, JsonFields fields) => neuron with
    {
        Threshold = fields.Number("threshold", neuron.Threshold),
        ResetPotential = fields.NumberOrNull("resetPotential"),
        DetachReset = fields.Flag("detachReset", neuron.DetachReset),
        Surrogate = fields.Has("surrogate")
            ? Surrogate(fields.Object("surrogate", "surrogate gradient"))
            : neuron.Surrogate,
    };

    private static SurrogateGradient Surrogate(JsonFields fields)
    {
        SurrogateGradient surrogate = fields.Type switch
        {
            "rectangle" => new RectangleSurrogate(),
            "sigmoid" => new SigmoidSurrogate(),
            "triangle" => new TriangleSurrogate(),
            "atan" => new AtanSurrogate(),
            _ => throw fields.UnknownType(DefinitionJson.What),
        };
        surrogate = surrogate with { Alpha = fields.Number("alpha", surrogate.Alpha) };
        fields.CheckAllTaken();
        return surrogate;
    }
}
