using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>libtorch's convolutions on the CPU are right on this machine, with oneDNN or without.</summary>
[TestClass]
public sealed class OneDnnTests
{
    private const int Amd = 0x444D4163, Intel = 0x6C65746E;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    /// <summary>Channels around a block of 8 or 16, in float32 as in float64, which has other functions.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(5)]
    public void Convolution_AnyChannels_IsThatOfFloat64(int kernel)
    {
        int[] channels = [2, 5, 8, 12, 16, 20, 32];
        foreach ((int inputs, int outputs) in channels.SelectMany(i => channels.Select(o => (i, o))))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor images = Values(4, inputs, 6, 6), weight = Values(outputs, inputs, kernel, kernel);
            Tensor upstream = Values(4, outputs, 6, 6);
            foreach ((double[] exact, double[] found) in Run(images, weight, upstream, ScalarType.Float64)
                .Zip(Run(images, weight, upstream, ScalarType.Float32)))
            {
                double allowed = 1e-5 * exact.Max(Math.Abs);
                Assert.IsTrue(exact.Zip(found).All(pair => Math.Abs(pair.First - pair.Second) <= allowed),
                    $"{inputs} to {outputs} channels");
            }
        }
    }

    [TestMethod]
    [DataRow(Amd, 0x02C0003F, 63, false)] // 48 KB in 12 ways
    [DataRow(Amd, 0x01C0003F, 63, false)] // 32 KB in 8 ways
    [DataRow(Amd, 0, 0, true)]
    [DataRow(Intel, 0, 0, false)]
    public void HidesCaches_Answers_AreAsOneDnnReadsThem(int vendor, int ebx, int sets, bool expected) =>
        Assert.AreEqual(expected, OneDnn.HidesCaches(
            (leaf, _) => leaf == 0 ? (16, 0, vendor, 0) : (0x121, ebx, sets, 0)));

    private static Tensor Values(params long[] shape)
    {
        long count = shape.Aggregate(1L, (product, side) => product * side);
        return arange(count).to_type(ScalarType.Float64).mul(0.7).sin().reshape(shape);
    }

    /// <summary>Returns the result and the gradients by images and weight.</summary>
    private static double[][] Run(Tensor images, Tensor weight, Tensor upstream, ScalarType type)
    {
        Tensor x = images.to_type(type, copy: true).requires_grad_();
        Tensor w = weight.to_type(type, copy: true).requires_grad_();
        Tensor result = nn.functional.conv2d(x, w, padding: [weight.shape[2] / 2, weight.shape[3] / 2]);
        result.backward([upstream.to_type(type)]);
        return [.. new[] { result.detach(), x.grad!, w.grad! }
            .Select(values => values.to_type(ScalarType.Float64).data<double>().ToArray())];
    }
}
