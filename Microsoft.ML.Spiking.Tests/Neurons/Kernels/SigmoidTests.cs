using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Tests.Neurons.Kernels;

[TestClass]
public sealed class SigmoidTests
{
    [TestMethod]
    public void Of_WideRange_WithinItsBoundsAtEveryWidth()
    {
        AssertAccurate<Lanes1>();
        AssertAccurate<Lanes128>();
        AssertAccurate<Lanes256>();
        AssertAccurate<Lanes512>();
    }

    [TestMethod]
    public void Of_ExtremeArguments_SaturatesAndKeepsNaN()
    {
        Assert.AreEqual(1f, Of<Lanes512>(float.PositiveInfinity));
        Assert.AreEqual(1f, Of<Lanes1>(1e30f));
        Assert.IsLessThan(1e-30f, Of<Lanes512>(float.NegativeInfinity));
        Assert.IsTrue(float.IsNaN(Of<Lanes512>(float.NaN)));
        Assert.IsTrue(float.IsNaN(Of<Lanes256>(float.NaN)));
        Assert.IsTrue(float.IsNaN(Of<Lanes128>(float.NaN)));
        Assert.IsTrue(float.IsNaN(Of<Lanes1>(float.NaN)));
    }

    private static void AssertAccurate<TLanes>() where TLanes : unmanaged, ILanes<TLanes>
    {
        double absolute = 0, relative = 0, relativeNear = 0;
        for (int i = -80_000; i <= 80_000; i++)
        {
            float x = i * 0.001f;
            double expected = 1 / (1 + Math.Exp(-(double)x));
            double error = Math.Abs(expected - Of<TLanes>(x));
            absolute = Math.Max(absolute, error);
            relative = Math.Max(relative, error / expected);
            relativeNear = x >= -10 ? Math.Max(relativeNear, error / expected) : relativeNear;
        }
        // Without fused multiply-add the product x log2(e) is rounded too.
        double rounded = Fma.IsSupported || AdvSimd.IsSupported ? 1 : 3;
        Assert.IsLessThanOrEqualTo(1e-7 * rounded, absolute);
        Assert.IsLessThanOrEqualTo(4e-7 * rounded, relativeNear);
        Assert.IsLessThanOrEqualTo(2e-6 * rounded, relative);
    }

    private static unsafe float Of<TLanes>(float x) where TLanes : unmanaged, ILanes<TLanes>
    {
        float* values = stackalloc float[TLanes.Count];
        TLanes.Store(Sigmoid.Of(TLanes.Of(x)), values);
        return values[TLanes.Count - 1];
    }
}
