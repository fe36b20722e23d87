using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>State of the process that a training must leave alone and that must not affect it.</summary>
[TestClass]
public sealed class ProcessStateTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Run_WithThreadsOfItsOwn_LeavesTorchAsItWas()
    {
        using DisposeScope scope = NewDisposeScope();
        int threads = get_num_threads();
        byte[] generator = random.get_rng_state().bytes.ToArray();
        int seen = 0;
        var observer = new RecordingObserver { OnEpoch = _ => seen = get_num_threads() };

        Toy.Train(Toy.Settings with { Threads = threads + 1, Epochs = 2 }, network: Toy.Network(dropout: 0.5),
            observer: observer);

        Assert.AreEqual(threads + 1, seen);
        Assert.AreEqual(threads, get_num_threads());
        Assert.AreEqual(threads, TrainingThread.Run(get_num_threads));
        Assert.AreSequenceEqual(generator, random.get_rng_state().bytes.ToArray());
        Assert.IsTrue(is_grad_enabled());
    }

    [TestMethod]
    public void Run_DefaultTypeAndGeneratorChanged_GivesTheSameWeights()
    {
        float[] expected = Toy.Flat(Toy.Train().Weights);
        ScalarType type = get_default_dtype();
        try
        {
            set_default_dtype(ScalarType.Float64);
            manual_seed(123);
            Assert.AreSequenceEqual(expected, Toy.Flat(Toy.Train().Weights));
        }
        finally
        {
            set_default_dtype(type);
        }
    }

    [TestMethod]
    public void Run_TwoAtOnce_GiveWhatTheyGiveAlone()
    {
        TrainingSettings first = Toy.Settings;
        TrainingSettings second = Toy.Settings with { Seed = 2, Threads = 2 };
        float[] alone1 = Toy.Flat(Toy.Train(first, network: Toy.Network(dropout: 0.2)).Weights);
        float[] alone2 = Toy.Flat(Toy.Train(second).Weights);

        float[] together1 = [];
        float[] together2 = [];
        Parallel.Invoke(
            () => together1 = Toy.Flat(Toy.Train(first, network: Toy.Network(dropout: 0.2)).Weights),
            () => together2 = Toy.Flat(Toy.Train(second).Weights));

        Assert.AreSequenceEqual(alone1, together1);
        Assert.AreSequenceEqual(alone2, together2);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_ManyEpochs_LeavesNoTensorBehind(bool activationCheckpointing)
    {
        var live = new List<long>();
        long afterwards = 0;
        var observer = new RecordingObserver
        {
            OnEpoch = _ => live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount),
        };
        TrainingSettings settings =
            Toy.Settings with { Epochs = 6, GradientClipping = 1, ClassWeighting = ClassWeighting.Balanced };
        settings = settings with { ActivationCheckpointing = activationCheckpointing };
        NetworkDefinition network =
            new Mlp(24, 16).Bind(new([Toy.Features], Toy.Classes, 4, new DirectEncoder(), new ClifNeuron(), 0.2));
        (float[][] points, int[] labels) = Toy.Points(100);

        TrainingThread.Run(() =>
        {
            TrainingLoop.RunHere(network, null, new ArrayRowSource(points, labels), Toy.Rows(30),
                settings, observer, CancellationToken.None);
            afterwards = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            return 0;
        });

        Assert.AreEqual(live[1], live[^1], string.Join(", ", live));
        Assert.AreEqual(0, afterwards);
    }
}
