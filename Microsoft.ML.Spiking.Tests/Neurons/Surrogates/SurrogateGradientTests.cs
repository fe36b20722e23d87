
namespace Microsoft.ML.Spiking.Tests.Neurons.Surrogates;

[TestClass]
public sealed class SurrogateGradientTests
{
    public static IEnumerable<object[]> Surrogates =>
    [
        [new RectangleSurrogate()], [new RectangleSurrogate(0.6)], [new SigmoidSurrogate()],
            [new SigmoidSurrogate(1.5)],
        [new TriangleSurrogate()], [new TriangleSurrogate(2.5)], [new AtanSurrogate()], [new AtanSurrogate(0.7)],
    ];

    [TestMethod]
    [DynamicData(nameof(Surrogates))]
    public void Derivative_AwayFromKinks_IsSlopeOfPrimitive(object surrogate)
    {
        var gradient = (SurrogateGradient)surrogate;
        const double step = 1e-5;
        double kink = gradient is RectangleSurrogate ? gradient.Alpha / 2 : 1 / gradient.Alpha;
        for (double u = -3; u <= 3; u += 0.00731)
        {
            if (Math.Abs(Math.Abs(u) - kink) > 2 * step && Math.Abs(u) > 2 * step)
            {
                double slope = (gradient.Primitive(u + step) - gradient.Primitive(u - step)) / (2 * step);
                Assert.AreEqual(slope, gradient.Derivative(u), 1e-6, $"{gradient} at {u}");
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Surrogates))]
    public void Primitive_FarFromThreshold_IsTheStep(object surrogate)
    {
        var gradient = (SurrogateGradient)surrogate;
        Assert.AreEqual(0, gradient.Primitive(-1e6), 1e-6);
        Assert.AreEqual(1, gradient.Primitive(1e6), 1e-6);
        Assert.AreEqual(0.5, gradient.Primitive(0), 1e-12);
    }
}
