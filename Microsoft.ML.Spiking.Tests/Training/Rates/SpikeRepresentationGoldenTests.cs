using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Methods;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Rates;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Rates;

/// <summary>Differentiation on spike representation against reference vectors, in double precision.</summary>
[TestClass]
public sealed class SpikeRepresentationGoldenTests
{
    private const double Tolerance = 1e-10;
    private static readonly string[] Weighted = ["fc1", "fc2", "output"];
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/dsr.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Backward_Reference_GivesItsRatesAndGradients(int index)
    {
        JsonElement golden = Golden.GetProperty("cases")[index];
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition definition = Definition(golden);
        using TorchParameters parameters = Parameters(definition, golden);
        using var network = new RateNetwork(definition, parameters, kernels: null, readoutDecays: true);
        List<double[]> rates = [];
        using var spikes = new SpikeTally(CPU);
        var pass = new ForwardPass
        {
            IsTraining = true,
            Spikes = spikes,
            NeuronOutputs = (_, values) => rates.Add(Doubles(values)),
        };

        Tensor logits = network.Forward(new(Input(), IsConstant: true), pass).Values;
        Tensor loss = nn.functional.cross_entropy(logits, tensor(Golden.GetProperty("labels").Longs()));
        loss.backward();

        for (int layer = 0; layer < 2; layer++)
        {
            double height = golden.GetProperty("vth")[layer].GetDouble() * Gain(golden);
            GoldenFiles.AssertClose(Flat(golden.GetProperty("outputRate")[layer]),
                [.. rates[layer].Select(rate => rate * height)], Tolerance, $"rates of layer {layer}");
            double[] expected = Flat(golden.GetProperty("spikes")[layer]);
            Assert.AreEqual(expected.Sum() / expected.Length, spikes.Rates().ByLayer[layer].Value, 1e-15);
            GoldenFiles.AssertClose([golden.GetProperty("gradVth")[layer].GetDouble()],
                Doubles(parameters[$"neuron{layer + 1}.threshold"].grad!), Tolerance, $"threshold of layer {layer}");
        }
        GoldenFiles.AssertClose(Flat(golden.GetProperty("logits")), Doubles(logits), Tolerance, "logits");
        GoldenFiles.AssertClose([golden.GetProperty("loss").GetDouble()], Doubles(loss), Tolerance, "loss");
        for (int layer = 0; layer < Weighted.Length; layer++)
        {
            GoldenFiles.AssertClose(Flat(golden.GetProperty("gradW")[layer]),
                Doubles(parameters[$"{Weighted[layer]}.weight"].grad!), Tolerance, $"weights of layer {layer}");
            GoldenFiles.AssertClose(Flat(golden.GetProperty("gradB")[layer]),
                Doubles(parameters[$"{Weighted[layer]}.bias"].grad!), Tolerance, $"biases of layer {layer}");
        }
    }

    [TestMethod]
    public void End_LearnedThresholds_KeepsTheLogitsOfTheTraining()
    {
        JsonElement golden = Golden.GetProperty("cases")[0];
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        NetworkDefinition definition = Definition(golden);
        using TorchParameters parameters = Parameters(definition, golden);
        parameters["neuron2.threshold"].fill_(1.5);
        using var trained = new RateNetwork(definition, parameters, kernels: null);
        double[] expected = Doubles(trained.Forward(new(Input(), IsConstant: true), ForwardPass.Evaluation).Values);

        (NetworkDefinition folded, NetworkWeights weights) = SpikeRepresentation.End(definition, parameters.Export());

        using var network = new TorchNetwork(folded, CPU, ScalarType.Float64);
        network.Parameters.Import(weights);
        Tensor scored = network.Forward(Input(), ForwardPass.Evaluation).mean([0]);
        GoldenFiles.AssertClose(expected, Doubles(scored), 1e-6, "logits"); // weights are exported as float32
        var last = (IfNeuron)folded.AllLayers.OfType<NeuronLayer>().Last().Neuron;
        Assert.AreEqual((1.5, 0.75), (last.Threshold, last.InitialPotential));
    }

    private static NetworkDefinition Definition(JsonElement golden)
    {
        int Width(int layer) => Golden.GetProperty("W")[layer].GetArrayLength();
        return new([3], Golden.GetProperty("T").GetInt32(), new DirectEncoder(),
        [
            new LinearLayer(Weighted[0], 3, Width(0)), new NeuronLayer("neuron1", Neuron(golden, 0)),
            new LinearLayer(Weighted[1], Width(0), Width(1)), new NeuronLayer("neuron2", Neuron(golden, 1)),
            new LinearLayer(Weighted[2], Width(1), Width(2)),
        ], Width(2));
    }

    private static RateNeuron Neuron(JsonElement golden, int layer)
    {
        double threshold = golden.GetProperty("vth")[layer].GetDouble();
        double initial = (1 - golden.GetProperty("alpha").GetDouble()) * threshold;
        if (golden.GetProperty("neuron").GetString() == "IF")
        {
            return RateNeuron.Of(new IfNeuron { Threshold = threshold, InitialPotential = initial }, true);
        }
        double kept = Math.Exp(-golden.GetProperty("deltaT").GetDouble() / golden.GetProperty("tau").GetDouble());
        var neuron = new LifNeuron
        {
            Threshold = threshold,
            InitialPotential = initial,
            MembraneTimeConstant = 1 / (1 - kept),
            DecayInput = true,
        };
        // The reference takes the time between two steps for the part of the potential that is lost in it.
        return RateNeuron.Of(neuron, true) with { Gain = Gain(golden) };
    }

    private static double Gain(JsonElement golden) =>
        golden.TryGetProperty("deltaT", out JsonElement step) ? 1 / step.GetDouble() : 1;

    private static TorchParameters Parameters(NetworkDefinition definition, JsonElement golden)
    {
        using IDisposable noGradient = no_grad();
        var parameters = new TorchParameters(definition, CPU, ScalarType.Float64);
        for (int layer = 0; layer < Weighted.Length; layer++)
        {
            Tensor weight = parameters[$"{Weighted[layer]}.weight"];
            weight.copy_(tensor(Flat(Golden.GetProperty("W")[layer])).view(weight.shape));
            parameters[$"{Weighted[layer]}.bias"].copy_(tensor(Flat(Golden.GetProperty("b")[layer])));
        }
        for (int layer = 0; layer < 2; layer++)
        {
            parameters[$"neuron{layer + 1}.threshold"].fill_(golden.GetProperty("vth")[layer].GetDouble());
        }
        return parameters;
    }

    private static Tensor Input() => tensor(Flat(Golden.GetProperty("x"))).view(-1, 3);

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)]
        : [element.GetDouble()];

    private static double[] Doubles(Tensor values) => values.detach().contiguous().data<double>().ToArray();
}
