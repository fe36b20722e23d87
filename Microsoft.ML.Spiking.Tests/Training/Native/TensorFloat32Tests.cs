using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>libtorch's flags, which also exist on the CPU, where they change nothing.</summary>
[TestClass]
public sealed class TensorFloat32Tests
{
    private static (bool, bool) Flags
    {
        get => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32);
        set => (backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32) = value;
    }

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(false, true)]
    [DataRow(true, false)]
    public void Use_UntilItIsDisposedOf_SetsBothFlagsAndRestoresThem(bool matrices, bool convolutions)
    {
        (bool, bool) before = Flags;
        Flags = (matrices, convolutions);
        try
        {
            using (TensorFloat32.Use(isAllowed: false))
            {
                Assert.AreEqual((false, false), Flags);
            }
            Assert.AreEqual((matrices, convolutions), Flags);
            using (TensorFloat32.Use(isAllowed: true))
            {
                Assert.AreEqual((true, true), Flags);
                IDisposable exact = TensorFloat32.Use(isAllowed: false);
                Assert.AreEqual((false, false), Flags);
                exact.Dispose();
                exact.Dispose();
                Assert.AreEqual((true, true), Flags);
            }
            Assert.AreEqual((matrices, convolutions), Flags);
        }
        finally
        {
            Flags = before;
        }
    }

    [TestMethod]
    public void Use_OnTheCpu_DoesNothing() => Assert.IsNull(TensorFloat32.Use(CPU, isAllowed: true));

    [TestMethod]
    public void Run_TensorFloat32OnTheCpu_IsFloat32AndSaysSo()
    {
        var observer = new RecordingObserver();
        TrainingSettings settings = Toy.Settings with { Precision = TrainingPrecision.TensorFloat32 };

        float[] weights = Toy.Flat(Toy.Train(settings, observer: observer).Weights);

        Assert.AreSequenceEqual(Toy.Flat(Toy.Train().Weights), weights);
        Assert.AreEqual("TrainingPrecision.TensorFloat32 was asked for, but the training runs on the CPU: the " +
            "products of this training stay in float32.", observer.Warnings.Single());
    }
}
