using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The loss's kernels, which run on this processor, beside the loss of the CPU and that of autograd.</summary>
[TestClass]
public sealed class CudaLossTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    // Fewer classes than a block has threads, as many, and more; one alone; one row alone, which is its own neighbour.
    [TestMethod]
    [DataRow(4, 5, 10, 0.0, LossTarget.Constant, 0.0, false)]
    [DataRow(3, 7, 3, 0.05, LossTarget.Constant, 0.1, false)]
    [DataRow(3, 7, 3, 0.05, LossTarget.OneHot, 0.1, true)]
    [DataRow(2, 3, 256, 1.0, LossTarget.OneHot, 0.0, true)]
    [DataRow(2, 3, 700, 0.3, LossTarget.Constant, 0.2, false)]
    [DataRow(1, 300, 2, 0.3, LossTarget.OneHot, 0.0, true)]
    [DataRow(2, 3, 1, 0.5, LossTarget.Constant, 0.0, false)]
    [DataRow(5, 1, 4, 0.1, LossTarget.Constant, 0.0, true)]
    public void AtOnce_OfTheKernels_AgreesWithTheCpuAndAutograd(int steps, int rows, int classes, double lambda,
        LossTarget target, double smoothing, bool isOfMean)
    {
        using DisposeScope scope = NewDisposeScope();
        var loss = new Loss(lambda, target, smoothing, ofMean: isOfMean);
        var driver = new HostDriver();
        var kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        using Generator generator = new(7, CPU);
        Tensor weights = rand([rows], generator: generator) + 0.5, shares = rand([rows], generator: generator);
        Tensor labels = randint(classes, [rows], ScalarType.Int64, generator: generator);
        foreach ((bool isWeighted, bool isMixed) in
            new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            Tensor logits = (randn([steps, rows, classes], generator: generator) * 3).requires_grad_();
            var batch = new Batch(rows, zeros([rows, 1]), labels, isWeighted ? weights : null,
                isWeighted ? weights.sum().item<float>() : rows)
            {
                Shares = isMixed ? shares : null,
            };
            Tensor byAutograd = loss.Compute(logits, batch.Classes(classes, ScalarType.Float32), batch.Weights);
            (byAutograd * 3.0).backward();
            LossResult onCpu = loss.AtOnce(logits, batch, upstream: 3)!.Value;

            LossResult found = loss.AtOnce(logits, batch, upstream: 3, kernels)!.Value;

            string what = $"weighted {isWeighted}, mixed {isMixed}";
            foreach ((Tensor value, Tensor gradient) in new[]
                { (byAutograd, logits.grad!), (onCpu.Loss, onCpu.Gradient) })
            {
                Assert.AreEqual(value.item<float>(), found.Loss.item<float>(), 2e-6 * (1 + value.item<float>()), what);
                Assert.IsTrue(gradient.allclose(found.Gradient, 1e-5, 1e-7), what);
            }
            Assert.AreEqual(
                EpochTally.Correct(onCpu.MeanLogits, labels).item<long>(), found.Correct!.item<long>(), what);
            Assert.IsTrue(onCpu.MeanLogits.allclose(found.MeanLogits, 1e-6, 1e-6), what);
        }
        Assert.HasCount(4 * 2, driver.Launched);
        Assert.AreEqual(0, driver.Depth);
    }

    [TestMethod]
    public void AtOnce_WideLogits_StayFiniteAndOthersAreSeen()
    {
        using DisposeScope scope = NewDisposeScope();
        var kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);
        var batch = new Batch(1, zeros([1, 1]), tensor(new long[] { 1 }), null, TotalWeight: 1);
        var loss = new Loss(0, LossTarget.Constant, 0);

        LossResult wide =
            loss.AtOnce(tensor(new float[] { 900, -900, 0 }, [1, 1, 3]), batch, upstream: 1, kernels)!.Value;
        float[] many = [.. Enumerable.Range(0, 600).Select(c => c == 10 ? 900f : -900)]; // more than threads
        LossResult manyWide = loss.AtOnce(tensor(many, [1, 1, 600]), batch, upstream: 1, kernels)!.Value;
        LossResult broken =
            loss.AtOnce(tensor(new float[] { 1, float.NaN, 0 }, [1, 1, 3]), batch, upstream: 1, kernels)!.Value;

        Assert.AreEqual(1_800, wide.Loss.item<float>(), 1e-3);
        Assert.AreSequenceEqual(new float[] { 1, -1, 0 }, wide.Gradient.data<float>().ToArray());
        Assert.AreEqual(1_800, manyWide.Loss.item<float>(), 1e-3);
        Assert.IsTrue(float.IsNaN(broken.Loss.item<float>()));
        Assert.AreEqual(0, broken.Correct!.item<long>());
    }

    /// <summary>Of classes with the same mean the first one counts, as for argmax.</summary>
    [TestMethod]
    public void AtOnce_ClassesOfOneMean_CountTheFirst()
    {
        using DisposeScope scope = NewDisposeScope();
        var kernels = CudaKernels.Open(new HostDriver(), new HostCompiler(), 0);
        Tensor logits = tensor(new float[] { 1, 2, 2, 1, 2, 2, 2, 2, 2 }, [1, 3, 3]);
        var batch = new Batch(3, zeros([3, 1]), tensor(new long[] { 1, 2, 0 }), null, TotalWeight: 3);

        LossResult found = new Loss(0, LossTarget.Constant, 0).AtOnce(logits, batch, upstream: 1, kernels)!.Value;

        Assert.AreEqual(2, found.Correct!.item<long>());
    }

    [TestMethod]
    public void Of_BatchOnADevice_CountsAndLearnsAsOnTheCpu()
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition definition = Toy.Network();
        var driver = new HostDriver();
        var kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        using var expected = new TorchNetwork(definition, CPU);
        using var found = new TorchNetwork(definition, CPU, kernels: kernels);
        using EpochTally onCpu = new(CPU), onDevice = new(CPU);
        Tensor labels = tensor(new long[] { 0, 1, 2, 2, 2, 0 });
        var batch = new Batch(6, ones([6, Toy.Features]), labels, null, TotalWeight: 6);
        foreach ((TorchNetwork network, EpochTally tally) in new[] { (expected, onCpu), (found, onDevice) })
        {
            network.Parameters.Import(WeightInitializer.Create(definition, seed: 3));
            var pass = new ForwardPass { IsTraining = true };
            var loss = new Loss(0.05, LossTarget.Constant, labelSmoothing: 0.1);
            BatchResult result =
                BatchResult.Of(network, batch, pass, loss, new GradientAccumulation(network.Parameters.Trained, 1));
            tally.Add(result.Detached().On(CPU), batch.Labels, batch.TotalWeight);
        }

        Assert.AreEqual(onCpu.Loss, onDevice.Loss, 1e-6);
        Assert.AreEqual(onCpu.Accuracy, onDevice.Accuracy);
        Assert.AreEqual(onCpu.Rows, onDevice.Rows);
        foreach ((Tensor one, Tensor other) in expected.Parameters.Trained.Zip(found.Parameters.Trained))
        {
            Assert.IsTrue(one.grad!.allclose(other.grad!, 1e-4, 1e-6));
        }
        Assert.AreSequenceEqual(["loss_of_rows", "loss_of_batch"],
            driver.Launched.Where(kernel => kernel.StartsWith("loss", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void AtOnce_WhatTheKernelsDoNotKnow_IsLeftToTensors()
    {
        using DisposeScope scope = NewDisposeScope();
        var driver = new HostDriver();
        var kernels = CudaKernels.Open(driver, new HostCompiler(), 0);
        Tensor logits = zeros([1, 1, 3]);
        var batch = new Batch(1, zeros([1, 1]), tensor(new long[] { 1 }), null, TotalWeight: 1);

        Assert.IsNull(
            new Loss(0, LossTarget.Constant, 0, spikePenalty: 0.1).AtOnce(logits, batch, upstream: 1, kernels));
        Assert.IsNull(new Loss(0, LossTarget.Constant, 0)
            .AtOnce(logits.to_type(ScalarType.Float64), batch, upstream: 1, kernels));
        Assert.IsEmpty(driver.Launched);
    }
}
