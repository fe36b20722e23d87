using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>Gated recurrent layers against reference vectors, in double precision.</summary>
[TestClass]
public sealed class GatedRecurrentGoldenTests
{
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/recurrent.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(2)]
    public void Forward_EachCase_GivesTheReferencesOutputsAndGradients(int index)
    {
        JsonElement of = Golden.GetProperty("cases")[index];
        bool recurs = of.GetProperty("recurrentWeights").GetBoolean();
        var layer = new GatedRecurrentLayer("g", 3, 4, of.GetProperty("bits").GetInt32(),
            of.GetProperty("threshold").GetInt32(), recurs);
        var definition = new NetworkDefinition(
            [3], 6, new DirectEncoder(), [layer, new LinearLayer("out", 4, 3, hasBias: false)], 3, hasTimeAxis: true);
        using DisposeScope scope = NewDisposeScope();
        using var parameters = new TorchParameters(definition, CPU, ScalarType.Float64);
        using (no_grad())
        {
            Set(parameters[layer.WeightName], "Wz", "Wc");
            Set(parameters[layer.BiasName], "bz", "bc");
            if (recurs)
            {
                Set(parameters[layer.RecurrentName], "Uz", "Uc");
            }
            parameters[layer.InputRangeName].copy_(tensor(new[] { of.GetProperty("maxInput").GetDouble(), 1 }));
            parameters[layer.OutputRangeName].copy_(tensor(new[] { of.GetProperty("maxState").GetDouble() / 2, 0.5 }));
        }
        Tensor x = tensor(Flat(Golden.GetProperty("x")), [6, 2, 3]);

        Tensor output = new TorchGatedRecurrent(layer, 6, parameters)
            .Forward(new(x, IsConstant: false), ForwardPass.Evaluation).Values;
        Tensor readout = tensor(Flat(Golden.GetProperty("Vo")), [2, 4]);
        Tensor loss = output.matmul(readout.t()).pow(2).sum() * tensor(0.5, ScalarType.Float64);
        loss.backward();

        GoldenFiles.AssertClose(Flat(of.GetProperty("output")), Doubles(output), 1e-10, "output");
        GoldenFiles.AssertClose([of.GetProperty("loss").GetDouble()], Doubles(loss), 1e-10, "loss");
        double[] residue =
            [.. Sum(Flat(of.GetProperty("h"))).Zip(Sum(Doubles(output))).Select(pair => pair.First - pair.Second)];
        GoldenFiles.AssertClose(Flat(of.GetProperty("residue")), residue, 1e-10, "residue");
        AssertGradient(parameters[layer.WeightName], of, "gradWz", "gradWc");
        if (recurs)
        {
            AssertGradient(parameters[layer.RecurrentName], of, "gradUz", "gradUc");
        }
        Assert.AreEqual(of.GetProperty("nonZeroOutputs").GetDouble(), Doubles(output).Count(s => s != 0) / 48.0, 1e-12);
    }

    // Over the six steps, [6, 2, 4].
    private static IEnumerable<double> Sum(double[] values) =>
        Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, 6).Sum(t => values[(t * 8) + i]));

    private static void Set(Tensor parameter, string gate, string candidate) => parameter.copy_(tensor(
        (double[])[.. Flat(Golden.GetProperty(gate)), .. Flat(Golden.GetProperty(candidate))], parameter.shape));

    private static void AssertGradient(Tensor parameter, JsonElement of, string gate, string candidate) =>
        GoldenFiles.AssertClose([.. Flat(of.GetProperty(gate)), .. Flat(of.GetProperty(candidate))],
            Doubles(parameter.grad!), 1e-7, gate);

    private static double[] Doubles(Tensor values) => values.detach().contiguous().data<double>().ToArray();

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];
}
