using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>Activations in the memory of the previous batch.</summary>
[TestClass]
public sealed class ActivationBuffersTests
{
    private const int TimeSteps = 5;
    private static readonly long[] Shape = [TimeSteps, 3, 7];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Rent_WithinABatch_NeverSharesMemory()
    {
        using DisposeScope scope = NewDisposeScope();
        using var buffers = new ActivationBuffers();
        Tensor a = buffers.Rent([2, 3]), b = buffers.Rent([2, 3]);
        a.fill_(1);
        b.fill_(2);
        Assert.AreEqual(6f, a.sum().item<float>());
        Assert.AreEqual(12f, b.sum().item<float>());
    }

    [TestMethod]
    public void Rent_InTheNextBatch_TakesTheSameMemory()
    {
        using DisposeScope scope = NewDisposeScope();
        using var buffers = new ActivationBuffers();
        buffers.Rent([4, 3]).fill_(7);
        buffers.Release();
        Tensor smaller = buffers.Rent([3, 3]);
        Assert.AreSequenceEqual(new long[] { 3, 3 }, smaller.shape);
        Assert.IsTrue(smaller.is_contiguous());
        Assert.AreEqual(7f * 9, smaller.sum().item<float>());
        Assert.AreEqual(12, buffers.Length);
    }

    [TestMethod]
    public void Release_WhatABatchDidNotUse_IsGivenBack()
    {
        using DisposeScope scope = NewDisposeScope();
        using var buffers = new ActivationBuffers();
        buffers.Rent([100]);
        buffers.Rent([100]);
        buffers.Release();
        buffers.Rent([10]);
        Assert.AreEqual(200, buffers.Length);
        buffers.Release();
        Assert.AreEqual(100, buffers.Length);
    }

    [TestMethod]
    [DataRow(33)]
    [DataRow(24)]
    [DataRow(1)]
    public void Rent_SmallLastBatchOfAnEpoch_NeitherAllocatesNorFrees(int lastRows)
    {
        const int FullRows = 64;
        // a smaller batch is served, in any order of its requests
        int[] rowLengths = [100, 7, 400, 100, 31, 1, 400, 8];
        using DisposeScope scope = NewDisposeScope();
        using var buffers = new ActivationBuffers();
        HashSet<nint> full = Batch(FullRows);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.IsTrue(full.SetEquals(Batch(lastRows)));
            Assert.IsTrue(full.SetEquals(Batch(FullRows)));
        }

        unsafe HashSet<nint> Batch(int rows)
        {
            HashSet<nint> addresses =
                [.. rowLengths.Select(length => (nint)TensorMemory.Address(buffers.Rent([rows, length])))];
            Assert.HasCount(rowLengths.Length, addresses);
            buffers.Release();
            return addresses;
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Neuron_InUsedBuffers_GivesTheSameGradients(bool isConstant)
    {
        using DisposeScope scope = NewDisposeScope();
        using var buffers = new ActivationBuffers();
        var neuron = new FusedNeuron(new ClifNeuron());
        float[]? first = null;
        for (int batch = 0; batch < 3; batch++)
        {
            (float[] spikes, float[] gradient) = Run(neuron, isConstant, buffers);
            (float[] freshSpikes, float[] freshGradient) = Run(neuron, isConstant, buffers: null);
            Assert.AreSequenceEqual(freshSpikes, spikes);
            Assert.AreSequenceEqual(freshGradient, gradient);
            Assert.AreSequenceEqual(first ??= gradient, gradient);
            Assert.Contains(value => value != 0, gradient);
            Assert.IsGreaterThan(0, buffers.Length);
            CallbackGradients.Release();
            buffers.Release();
        }
    }

    private static (float[] Spikes, float[] Gradient) Run(
        FusedNeuron neuron, bool isConstant, ActivationBuffers? buffers)
    {
        using var generator = new Generator(5, CPU);
        long[] shape = isConstant ? Shape[1..] : Shape;
        Tensor current = empty(shape, ScalarType.Float32, CPU).uniform_(-1, 2, generator).requires_grad_();
        Tensor twice = current + current; // the neuron's gradient goes to another operation, as in a network
        Tensor spikes = neuron.Forward(new(twice, TimeSteps, isConstant) { Buffers = buffers }, []).Values;
        spikes.backward([empty(Shape, ScalarType.Float32, CPU).uniform_(-1, 1, generator)]);
        return (spikes.data<float>().ToArray(), current.grad!.data<float>().ToArray());
    }
}
