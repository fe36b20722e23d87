using System.Diagnostics;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// A collection at the wrong moment must not free what native code reads: everything is computed while another thread
/// collects again and again, and must come out as without it. Objects that are freed too early are young, so the
/// youngest generation is enough; the work gets as much time as the collections, or it would not progress.
/// </summary>
[TestClass]
public sealed class GarbageCollectionTests
{
    private const int Rounds = 300;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Run_WhileCollecting_GivesTheSameWeights()
    {
        TrainingSettings settings =
            Toy.Settings with { Optimizer = OptimizerKind.AdamW, GradientClipping = 1, LabelSmoothing = 0.1 };
        float[] expected = Toy.Flat(Toy.Train(settings).Weights);
        WhileCollecting(() => Assert.AreSequenceEqual(expected, Toy.Flat(Toy.Train(settings).Weights)));
    }

    [TestMethod]
    public void Forward_OpByOpWhileCollecting_GivesTheSameGradients()
    {
        double[] expected = Gradient();
        WhileCollecting(() =>
        {
            for (int round = 0; round < Rounds; round++)
            {
                Assert.AreSequenceEqual(expected, Gradient());
            }
        });
    }

    private static double[] Gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor current = tensor([1.5, -0.3, 0.8, 0.2]).requires_grad_();
        var neuron = new ClifNeuron { ResetPotential = -0.1, DecayInput = true, Surrogate = new AtanSurrogate() };
        OpByOpNeuron.Create(neuron).Forward(new(current, 6, IsConstant: true), []).Values.mean().backward();
        CallbackGradients.Release();
        return current.grad!.data<double>().ToArray();
    }

    private static void WhileCollecting(Action work)
    {
        using var stop = new ManualResetEventSlim();
        var collector = new Thread(() =>
        {
            while (!stop.IsSet)
            {
                long start = Stopwatch.GetTimestamp();
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                TimeSpan took = Stopwatch.GetElapsedTime(start);
                long pause = Stopwatch.GetTimestamp();
                SpinWait.SpinUntil(() => Stopwatch.GetElapsedTime(pause) >= took);
            }
        });
        collector.Start();
        try
        {
            work();
        }
        finally
        {
            stop.Set();
            collector.Join();
        }
    }
}
