using Microsoft.ML.Spiking.Tests.Training;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

[TestClass]
public sealed class TorchReluTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Forward_ConstantCurrent_IsRectifiedAndRepeated()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor current = tensor([-1f, 0f, 2f]).requires_grad_();
        NeuronSpikes output = new TorchRelu().Forward(new(current, 2, IsConstant: true), []);
        output.Values.sum().backward();
        Assert.AreSequenceEqual(new float[] { 0, 0, 2, 0, 0, 2 }, output.Values.contiguous().data<float>().ToArray());
        Assert.AreSequenceEqual(new float[] { 0, 0, 2 }, current.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Add_ValuesOfRelu_CountsThoseThatAreNotZero()
    {
        using DisposeScope scope = NewDisposeScope();
        using var tally = new SpikeTally(CPU);
        Tensor current = tensor([-1f, 0f, 2f, 0.25f, -7f, 3f, 1f, 5f], [1, 8]);
        tally.Add("relu", new TorchRelu().Forward(new(current, 1, IsConstant: false), []));
        Assert.AreEqual(5.0 / 8, tally.Rates().Mean);
    }

    [TestMethod]
    public void Run_ReluNetwork_LearnsSeparableClasses()
    {
        TrainingOutcome outcome = Toy.Train(network: Toy.Network(new ReluNeuron(), timeSteps: 1));
        Assert.AreEqual(1.0, outcome.History[^1].Accuracy);
        Assert.IsInRange(0.01, 0.99, outcome.History[^1].MeanFiringRate);
    }
}
