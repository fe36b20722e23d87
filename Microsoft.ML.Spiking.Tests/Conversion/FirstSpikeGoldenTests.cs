using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Conversion;

/// <summary>Networks that spike once against reference vectors, in double precision.</summary>
[TestClass]
public sealed class FirstSpikeGoldenTests
{
    private const double Tolerance = 1e-10;
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/ttfs_b1.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Forward_NoClock_GivesTheReferencesLogitsTimesAndGradients()
    {
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(bits: null);
        List<Tensor> outputs = [];

        Tensor logits = Forward(network, outputs);
        Tensor loss = nn.functional.cross_entropy(logits, tensor(Golden.GetProperty("labels").Longs()));
        loss.backward();

        GoldenFiles.AssertClose(Flat(Golden.GetProperty("logits")), Doubles(logits), Tolerance, "logits");
        GoldenFiles.AssertClose([Golden.GetProperty("loss").GetDouble()], Doubles(loss), Tolerance, "loss");
        for (int layer = 0; layer < 3; layer++)
        {
            GoldenFiles.AssertClose(Flat(Golden.GetProperty("gradWeights")[layer]),
                Doubles(network.Parameters[Names[layer].Weight].grad!), Tolerance, $"weights of layer {layer}");
            GoldenFiles.AssertClose(Flat(Golden.GetProperty("gradBiases")[layer]),
                Doubles(network.Parameters[Names[layer].Bias].grad!), Tolerance, $"biases of layer {layer}");
        }
        for (int layer = 0; layer < 2; layer++)
        {
            JsonElement of = Golden.GetProperty("layers")[layer];
            AssertTimes(Flat(of.GetProperty("spikeTime")), outputs[layer], of.GetProperty("tMax").GetDouble());
            Assert.AreSequenceEqual(
                Flat(of.GetProperty("spiked")), Doubles(outputs[layer]).Select(x => x > 0 ? 1.0 : 0));
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Forward_Clock_GivesTheReferencesLogitsAndTimes(int index)
    {
        JsonElement clocked = Golden.GetProperty("clocked")[index];
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(clocked.GetProperty("bits").GetInt32());
        List<Tensor> outputs = [];

        Tensor logits = Forward(network, outputs);

        GoldenFiles.AssertClose(Flat(clocked.GetProperty("logits")), Doubles(logits), Tolerance, "logits");
        for (int layer = 0; layer < 2; layer++)
        {
            AssertTimes(Flat(clocked.GetProperty("spikeTimes")[layer]), outputs[layer],
                Golden.GetProperty("layers")[layer].GetProperty("tMax").GetDouble());
        }
    }

    /// <summary>The potential, followed from spike to spike, reaches its threshold when the formula says.</summary>
    [TestMethod]
    public void Potential_FollowedFromSpikeToSpike_FiresAtTheReferencesTimes()
    {
        double[][] arriving = [.. Golden.GetProperty("x").EnumerateArray().Select(row => row.Doubles())
            .Select(row => row.Select(x => 1 - x).ToArray())];
        for (int layer = 0; layer < 2; layer++)
        {
            JsonElement of = Golden.GetProperty("layers")[layer];
            double[][] weights =
                [.. Golden.GetProperty("weights")[layer].EnumerateArray().Select(row => row.Doubles())];
            double[] biases = Golden.GetProperty("biases")[layer].Doubles();
            (double start, double end) = (of.GetProperty("tMin").GetDouble(), of.GetProperty("tMax").GetDouble());
            double[][] fired = [.. arriving.Select(times =>
                biases.Select((bias, i) => Fire(times, weights[i], start, end, end - start - bias)).ToArray())];

            GoldenFiles.AssertClose(Flat(of.GetProperty("spikeTime")), [.. fired.SelectMany(row => row)], Tolerance,
                $"layer {layer}");
            arriving = fired;
        }
    }

    private static readonly (string Weight, string Bias)[] Names =
        [("fc1.weight", "fc1.bias"), ("fc2.weight", "fc2.bias"), ("fc3.weight", "fc3.bias")];

    private static double Fire(double[] times, double[] weights, double start, double end, double threshold)
    {
        double potential = 0, slope = 0, now = 0;
        foreach (int j in Enumerable.Range(0, times.Length).Where(j => times[j] < start).OrderBy(j => times[j]))
        {
            potential += slope * (times[j] - now);
            (slope, now) = (slope + weights[j], times[j]);
        }
        potential += slope * (start - now);
        return Math.Clamp(start + threshold - potential, start, end);
    }

    private static TorchNetwork Network(int? bits)
    {
        JsonElement layers = Golden.GetProperty("layers");
        double Window(int layer) =>
            layers[layer].GetProperty("tMax").GetDouble() - layers[layer].GetProperty("tMin").GetDouble();
        var definition = new NetworkDefinition([4], 1, new DirectEncoder(),
            [
                new LinearLayer("fc1", 4, 5), new NeuronLayer("n1",
                    new FirstSpikeNeuron { Window = Window(0), ClockBits = bits }),
                new LinearLayer("fc2", 5, 4), new NeuronLayer("n2",
                    new FirstSpikeNeuron { Window = Window(1), ClockBits = bits }),
                new LinearLayer("fc3", 4, 3),
            ], 3);
        var network = new TorchNetwork(definition, CPU, ScalarType.Float64);
        using IDisposable noGradient = no_grad();
        for (int layer = 0; layer < 3; layer++)
        {
            Tensor weight = network.Parameters[Names[layer].Weight], bias = network.Parameters[Names[layer].Bias];
            weight.copy_(tensor(Flat(Golden.GetProperty("weights")[layer]), weight.shape));
            bias.copy_(tensor(Flat(Golden.GetProperty("biases")[layer]), bias.shape));
        }
        return network;
    }

    private static Tensor Forward(TorchNetwork network, List<Tensor> outputs) => network.Forward(
        tensor(Flat(Golden.GetProperty("x")), [3, 4]),
        new ForwardPass
        {
            NeuronOutputs = (_, values) => outputs.Add(values.detach().clone().DetachFromDisposeScope()),
        }).mean([0]);

    private static void AssertTimes(double[] expected, Tensor values, double end) => GoldenFiles.AssertClose(
        expected, [.. Doubles(values).Select(x => end - x)], Tolerance, "spike times");

    private static double[] Doubles(Tensor values) => values.detach().contiguous().data<double>().ToArray();

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];
}
