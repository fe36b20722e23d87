using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Methods;

/// <summary>The losses against a teacher beside reference vectors, in double precision.</summary>
[TestClass]
public sealed class TeacherGoldenTests
{
    private const double Tolerance = 1e-7;
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/bkd.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void OfLogits_Reference_GivesItsLossAndGradient()
    {
        JsonElement golden = Golden.GetProperty("logits");
        using DisposeScope scope = NewDisposeScope();
        Tensor student = Read(golden.GetProperty("student")).requires_grad_();
        Tensor classes = Loss.OneHot(tensor(golden.GetProperty("labels").Longs()), 3, ScalarType.Float64);

        Tensor loss = DistillationLoss.OfLogits(student, Read(golden.GetProperty("teacher")), classes,
            golden.GetProperty("temperature").GetDouble()).mean();
        loss.backward();

        Assert.AreEqual(golden.GetProperty("loss").GetDouble(), loss.item<double>(), Tolerance);
        AssertClose(golden.GetProperty("gradStudent"), student.grad!, "logits");
    }

    [TestMethod]
    public void OfFeatures_Convolutions_GivesTheReferencesLossAndGradients()
    {
        JsonElement golden = Golden.GetProperty("conv")[0];
        using DisposeScope scope = NewDisposeScope();
        var layer = new RestorationLayer("r",
            [new ConvolutionLayer("a", 2, 2, 3, 1, 1), new ConvolutionLayer("b", 2, 2, 3, 1, 1)]);
        using TorchParameters parameters = Parameters(layer, [2, 3, 3], Golden, "G1", "g1", "G2", "g2");
        Tensor rate = Read(Golden.GetProperty("spikes")).mean([0]).requires_grad_();
        Tensor mask = Read(Golden.GetProperty("mask")).unsqueeze(-1).unsqueeze(-1);

        Tensor restored = DistillationLoss.Restore(rate * mask, layer, parameters);
        Tensor loss = Sum(restored, Golden, Golden.GetProperty("alpha").GetDouble());
        loss.backward();

        AssertClose(Golden.GetProperty("restored"), restored, "restored");
        Assert.AreEqual(golden.GetProperty("loss").GetDouble(), loss.item<double>(), Tolerance);
        AssertClose(golden.GetProperty("gradOfRate"), rate.grad!, "rate");
        AssertClose(golden.GetProperty("gradG1"), parameters["a.weight"].grad!, "first convolution");
    }

    [TestMethod]
    public void OfFeatures_LinearLayers_GivesTheReferencesLossAndGradients()
    {
        JsonElement golden = Golden.GetProperty("fullyConnected");
        using DisposeScope scope = NewDisposeScope();
        var layer = new RestorationLayer("r", [new LinearLayer("a", 4, 4), new LinearLayer("b", 4, 4)]);
        using TorchParameters parameters = Parameters(layer, [4], golden, "A1", "a1", "A2", "a2");
        Tensor rate = Read(golden.GetProperty("spikes")).mean([0]).requires_grad_();

        Tensor restored = DistillationLoss.Restore(rate * Read(golden.GetProperty("mask")), layer, parameters);
        Tensor loss = Sum(restored, golden, golden.GetProperty("alpha").GetDouble());
        loss.backward();

        Assert.AreEqual(golden.GetProperty("loss").GetDouble(), loss.item<double>(), Tolerance);
        AssertClose(golden.GetProperty("gradOfRate"), rate.grad!, "rate");
    }

    // The reference sums the squares of a row, where the library takes their mean.
    private static Tensor Sum(Tensor restored, JsonElement golden, double alpha)
    {
        Tensor teacher = Read(golden.GetProperty("teacher"));
        double values = (double)teacher.numel() / teacher.shape[0];
        return DistillationLoss.OfFeatures(restored, teacher).mean() * (alpha * values);
    }

    private static TorchParameters Parameters(
        RestorationLayer layer, int[] shape, JsonElement golden, params string[] arrays)
    {
        int size = shape.Aggregate(1, (product, side) => product * side);
        var parameters = new TorchParameters(new NetworkDefinition(shape, 1, new DirectEncoder(),
            [layer, new FlattenLayer("flat"), new LinearLayer("output", size, 2)], 2), CPU, ScalarType.Float64);
        using IDisposable noGradient = no_grad();
        foreach ((string array, string name) in arrays.Zip(["a.weight", "a.bias", "b.weight", "b.bias"]))
        {
            parameters[name].copy_(Read(golden.GetProperty(array)));
        }
        return parameters;
    }

    private static void AssertClose(JsonElement expected, Tensor actual, string what) => GoldenFiles.AssertClose(
        Flat(expected), actual.detach().contiguous().data<double>().ToArray(), Tolerance, what);

    private static Tensor Read(JsonElement element)
    {
        var shape = new List<long>();
        for (JsonElement at = element; at.ValueKind == JsonValueKind.Array; at = at[0])
        {
            shape.Add(at.GetArrayLength());
        }
        return tensor(Flat(element), [.. shape]);
    }

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)]
        : [element.GetDouble()];
}
