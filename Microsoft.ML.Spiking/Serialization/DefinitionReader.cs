using System.Text.Json;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Serialization;

/// <summary>The reader of a network's JSON object, as <see cref="DefinitionJson.Write"/> writes it.</summary>
internal static class DefinitionReader
{
    /// <summary>Reads the network.</summary>
    /// <exception cref="JsonException">The object is not that of a network.</exception>
    /// <exception cref="FormatException">It names an unknown type.</exception>
    public static NetworkDefinition Read(JsonElement network)
    {
        var fields = new JsonFields(network, "network");
        var definition = new NetworkDefinition(
            fields.Integers("inputShape"), fields.Integer("timeSteps"), Encoder(fields.Object("encoder", "encoder")),
            Layers(fields, "layers"), fields.Integer("classCount"), fields.Flag("hasTimeAxis", missing: false),
            (PixelOrder)fields.Choice("pixelOrder", nameof(PixelOrder.Planar), nameof(PixelOrder.Interleaved)));
        fields.CheckAllTaken();
        return definition;
    }

    private static InputEncoder Encoder(JsonFields fields)
    {
        InputEncoder encoder = fields.Type switch
        {
            "direct" => new DirectEncoder(),
            "poisson" => new PoissonEncoder { Rate = fields.Number("rate", 1), Seed = fields.Integer("seed", 0) },
            "latency" => new LatencyEncoder(),
            _ => throw fields.UnknownType(DefinitionJson.What),
        };
        fields.CheckAllTaken();
        return encoder;
    }

    private static Layer[] Layers(JsonFields fields, string name)
    {
        var layers = new List<Layer>();
        foreach (JsonElement element in fields.Elements(name))
        {
            var layer = new JsonFields(element, "layer");
            layers.Add(Layer(layer));
            layer.CheckAllTaken();
        }
        return [.. layers];
    }

    private static Layer Layer(JsonFields fields)
    {
        string type = fields.Type, name = fields.Text("name");
        return type switch
        {
            "affine" => new AffineLayer(name, fields.Integer("channels")),
            "population" => new PopulationLayer(name, fields.Integers("fields")),
            "trees" => new TreeLayer(
                name, fields.Integer("inputs"), fields.Integer("conditions"), fields.Integers("features")),
            "linear" => Linear(fields, name),
            "convolution" => Convolution(fields, name),
            "batchNorm" => BatchNorm(fields, name),
            "neuron" => new NeuronLayer(name, NeuronReader.Read(fields.Object("neuron", "neuron"))),
            "recurrent" => new RecurrentLayer(
                name, fields.Integer("size"), NeuronReader.Read(fields.Object("neuron", "neuron"))),
            "gatedRecurrent" => new GatedRecurrentLayer(name, fields.Integer("inputs"), fields.Integer("outputs"),
                fields.Integer("outputBits"), fields.Integer("threshold"),
                fields.Flag("hasRecurrentWeights", missing: true)),
            "feedback" => new FeedbackLayer(name, fields.Integer("size"), fields.Number("threshold"),
                fields.Number("leak"), fields.Flag("atEquilibrium", missing: false)),
            "averagePool" => new AveragePoolLayer(name, Extent(fields, "kernel"), Extent(fields, "stride")),
            "maxPool" => new MaxPoolLayer(
                name, Extent(fields, "kernel"), Extent(fields, "stride"), Extent(fields, "padding")),
            "adaptiveAveragePool" => new AdaptiveAveragePoolLayer(name, Extent(fields, "output")),
            "flatten" => new FlattenLayer(name),
            "dropout" => new DropoutLayer(name, fields.Number("rate")),
            "residual" => new ResidualLayer(name, Layers(fields, "main"), Layers(fields, "shortcut")),
            "restoration" => new RestorationLayer(name, Layers(fields, "layers")),
            _ => throw fields.UnknownType(DefinitionJson.What),
        };
    }

    private static LinearLayer Linear(JsonFields fields, string name) =>
        new(name, fields.Integer("inputs"), fields.Integer("outputs"), fields.Flag("hasBias", missing: true))
        {
            InitialWeights = InitialWeights(fields),
            ZeroBias = fields.Flag("zeroBias", missing: false),
        };

    private static ConvolutionLayer Convolution(JsonFields fields, string name) =>
        new(name, fields.Integer("inputChannels"), fields.Integer("outputChannels"), Extent(fields, "kernel"),
            Extent(fields, "stride"), Extent(fields, "padding"), fields.Integer("groups", 1),
            fields.Flag("hasBias", missing: true))
        {
            InitialWeights = InitialWeights(fields),
            ZeroBias = fields.Flag("zeroBias", missing: false),
        };

    private static BatchNormLayer BatchNorm(JsonFields fields, string name) => new(name, fields.Integer("channels"),
        (BatchNormMode)fields.Choice("mode", nameof(BatchNormMode.PerTimeStep), nameof(BatchNormMode.AcrossTime)),
        fields.Number("epsilon", 1e-5), fields.Number("momentum", 0.1));

    private static WeightDistribution InitialWeights(JsonFields fields) => (WeightDistribution)fields.Choice(
        "initialWeights", nameof(WeightDistribution.Uniform), nameof(WeightDistribution.FanOutNormal),
        nameof(WeightDistribution.SmallNormal));

    private static Extent Extent(JsonFields fields, string name)
    {
        JsonFields extent = fields.Object(name, name);
        var size = new Extent(extent.Integer("height"), extent.Integer("width"));
        extent.CheckAllTaken();
        return size;
    }
}
