using Microsoft.ML.Spiking.Training;
using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>The loss in one pass, in float32, against the one in operations, in float64.</summary>
[TestClass]
public sealed class FusedLossTests
{
    private const double Tolerance = 1e-6;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(0.0, LossTarget.Constant, 0.0, false)]
    [DataRow(0.05, LossTarget.Constant, 0.0, true)]
    [DataRow(0.05, LossTarget.OneHot, 0.1, false)]
    [DataRow(1.0, LossTarget.OneHot, 0.0, true)]
    [DataRow(0.3, LossTarget.Constant, 0.2, true)]
    public void Compute_InFloat32_GivesValueAndGradientOfTheOperations(
        double lambda, LossTarget target, double smoothing, bool isWeighted)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = Noise(5, 7, 6), mixed = nn.functional.softmax(Noise(7, 6), 1);
        Tensor? weights = isWeighted ? Noise(7).abs() : null;
        var loss = new Loss(lambda, target, smoothing);
        (double[] value, double[] gradient) Run(ScalarType type, bool isTransposed)
        {
            Tensor leaf = logits.to_type(type).detach().requires_grad_();
            // As what a linear layer gives for [N, T] rows: any strides.
            Tensor arriving = isTransposed ? leaf.transpose(0, 1).contiguous().transpose(0, 1) : leaf;
            Tensor result = loss.Compute(arriving, mixed.to_type(type), weights?.to_type(type));
            (result * 3).backward();
            CallbackGradients.Release();
            return (Values(result), Values(leaf.grad!));
        }
        Assert.IsTrue(FusedLoss.Suits(logits));

        (double[] value, double[] gradient) = Run(ScalarType.Float64, isTransposed: false);
        foreach (bool isTransposed in new[] { false, true })
        {
            (double[] fused, double[] fusedGradient) = Run(ScalarType.Float32, isTransposed);
            GoldenFiles.AssertClose(value, fused, Tolerance, "loss");
            GoldenFiles.AssertClose(gradient, fusedGradient, Tolerance, "gradient");
        }
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void Compute_LogitsThatAreNotFinite_GivesNoFiniteLoss(float value)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor([0f, value, 1f, 2f], [2, 1, 2]);
        Tensor loss = new Loss(0.05, LossTarget.Constant, 0).Compute(logits, tensor([1f, 0f], [1, 2]));
        Assert.IsFalse(float.IsFinite(loss.item<float>()));
    }

    private static Tensor Noise(params long[] shape)
    {
        var random = new Random(shape.Length);
        long count = shape.Aggregate(1L, (product, length) => product * length);
        return tensor([.. Enumerable.Range(0, (int)count).Select(_ => (float)((random.NextDouble() * 6) - 3))], shape);
    }

    private static double[] Values(Tensor tensor) =>
        tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
