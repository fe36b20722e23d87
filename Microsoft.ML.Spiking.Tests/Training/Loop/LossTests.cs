using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Loop;

/// <summary>The loss against its formula, written out in plain arithmetic.</summary>
[TestClass]
public sealed class LossTests
{
    private const int Steps = 2;
    private const int Rows = 3;
    private const int Classes = 4;
    private static readonly long[] Labels = [2, 0, 2];
    private static readonly double[] Logits =
        [.. Enumerable.Range(0, Steps * Rows * Classes).Select(i => Math.Sin(i * 1.7) * 2)];

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Compute_SpikePenalty_AddsItsFactorTimesTheWeightedMeanOfTheRows()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(Logits, [Steps, Rows, Classes]);
        Tensor classes = Loss.OneHot(tensor(Labels), Classes, ScalarType.Float64);
        Tensor weights = tensor(new double[] { 1, 2, 5 });
        using var spikes = new SpikeSum();
        spikes.Add("a", tensor(new double[] { 1, 0, 0, 1, 1, 1, /**/ 1, 0, 0, 0, 1, 1 }, [Steps, Rows, 2]));
        spikes.Add("b", tensor(new double[] { 0, 0, 3, /**/ 0, 2, 1 }, [Steps, Rows, 1]));

        double without = new Loss(0.05, LossTarget.Constant, 0).Compute(logits, classes, weights).item<double>();
        double with = new Loss(0.05, LossTarget.Constant, 0, 0.1)
            .Compute(logits, classes, weights, spikes.Rows).item<double>();

        Assert.AreSequenceEqual(new double[] { 1, 1.5, 4 }, spikes.Rows!.data<double>().ToArray());
        Assert.AreEqual(0.1 * ((1 * 1) + (2 * 1.5) + (5 * 4)) / 8, with - without, 1e-12);
    }

    [TestMethod]
    public void Add_SpikesInBFloat16_AreSummedInFloat32()
    {
        const int Neurons = 1001; // which bfloat16 does not have
        using DisposeScope scope = NewDisposeScope();
        using var spikes = new SpikeSum();

        spikes.Add("a", ones([Steps, Rows, Neurons], ScalarType.BFloat16));
        spikes.Add("b", ones([Steps, Rows, 1, Neurons], ScalarType.BFloat16));

        Assert.AreSequenceEqual(
            Enumerable.Repeat(2f * Neurons, Rows).ToArray(), spikes.Rows!.data<float>().ToArray());
    }

    [TestMethod]
    [DataRow(0.0, LossTarget.Constant, 0.0)]
    [DataRow(0.05, LossTarget.Constant, 0.0)]
    [DataRow(0.05, LossTarget.OneHot, 0.0)]
    [DataRow(1.0, LossTarget.OneHot, 0.0)]
    [DataRow(0.3, LossTarget.Constant, 0.1)]
    public void Compute_AnySettings_EqualsTheFormula(double lambda, LossTarget target, double smoothing)
    {
        Assert.AreEqual(Expected(lambda, target, smoothing, [1, 1, 1]), Compute(lambda, target, smoothing, null),
            1e-12);
        Assert.AreEqual(Expected(lambda, target, smoothing, [0.5, 2, 1]),
            Compute(lambda, target, smoothing, [0.5, 2, 1]), 1e-12);
    }

    [TestMethod]
    public void Compute_EqualWeights_GiveTheLossWithoutWeights() =>
        Assert.AreEqual(
            Compute(0.05, LossTarget.Constant, 0, null), Compute(0.05, LossTarget.Constant, 0, [7, 7, 7]), 1e-12);

    [TestMethod]
    public void Compute_SoftTargets_AreTheMeanOfTheirClasses()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(Logits, [Steps, Rows, Classes]);
        var loss = new Loss(0, LossTarget.Constant, 0);
        double Of(Tensor classes) => loss.Compute(logits, classes).item<double>();
        Tensor first = Loss.OneHot(tensor(Labels), Classes, ScalarType.Float64);
        Tensor second = Loss.OneHot(tensor(new long[] { 1, 1, 3 }), Classes, ScalarType.Float64);
        Assert.AreEqual((0.25 * Of(first)) + (0.75 * Of(second)), Of((first * 0.25) + (second * 0.75)), 1e-12);
    }

    [TestMethod]
    [DataRow(0.0, LossTarget.Constant, 0.0, false, false)]
    [DataRow(0.05, LossTarget.Constant, 0.0, false, true)]
    [DataRow(0.05, LossTarget.OneHot, 0.1, true, false)]
    [DataRow(1.0, LossTarget.OneHot, 0.0, true, true)]
    [DataRow(0.3, LossTarget.Constant, 0.1, true, false)]
    public void AtOnce_AnySettings_EqualsAutograd(
        double lambda, LossTarget target, double smoothing, bool isOfMean, bool isMixed)
    {
        using DisposeScope scope = NewDisposeScope();
        var loss = new Loss(lambda, target, smoothing, ofMean: isOfMean);
        foreach (float[]? weights in new float[]?[] { null, [0.5f, 2, 1] })
        {
            Tensor logits = tensor(Logits, [Steps, Rows, Classes], ScalarType.Float32).requires_grad_();
            var batch = new Batch(Rows, zeros([Rows, 1]), tensor(Labels), weights is null ? null : tensor(weights),
                weights?.Sum() ?? Rows)
            {
                Shares = isMixed ? tensor(new float[] { 0.25f, 1, 0.6f }) : null,
            };
            Tensor expected = loss.Compute(logits, batch.Classes(Classes, ScalarType.Float32), batch.Weights);
            (expected * 3.0).backward();

            LossResult actual = loss.AtOnce(logits, batch, upstream: 3)!.Value;

            Assert.AreEqual(expected.item<float>(), actual.Loss.item<float>(), 1e-6);
            GoldenFiles.AssertClose(logits.grad!.data<float>().ToArray().Select(value => (double)value).ToArray(),
                actual.Gradient.data<float>().ToArray().Select(value => (double)value).ToArray(), 1e-6, "gradient");
            GoldenFiles.AssertClose(
                logits.detach().mean([0]).data<float>().ToArray().Select(value => (double)value).ToArray(),
                actual.MeanLogits.data<float>().ToArray().Select(value => (double)value).ToArray(), 1e-6, "means");
        }
    }

    [TestMethod]
    public void AtOnce_WideLogits_StayFinite()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 900, -900, 0 }, [1, 1, 3]);
        var batch = new Batch(1, zeros([1, 1]), tensor(new long[] { 1 }), null, TotalWeight: 1);

        LossResult actual = new Loss(0, LossTarget.Constant, 0).AtOnce(logits, batch, upstream: 1)!.Value;

        Assert.AreEqual(1_800, actual.Loss.item<float>(), 1e-3);
        Assert.AreSequenceEqual(new float[] { 1, -1, 0 }, actual.Gradient.data<float>().ToArray());
    }

    [TestMethod]
    public void AtOnce_WhatItDoesNotKnow_IsLeftToTensors()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = zeros([1, 1, 3]);
        var batch = new Batch(1, zeros([1, 1]), tensor(new long[] { 1 }), null, TotalWeight: 1);

        Assert.IsNull(new Loss(0, LossTarget.Constant, 0, spikePenalty: 0.1).AtOnce(logits, batch, upstream: 1));
        Assert.IsNull(new Loss(0, LossTarget.Constant, 0)
            .AtOnce(logits.to_type(ScalarType.Float64), batch, upstream: 1));
    }

    private static double Compute(double lambda, LossTarget target, double smoothing, double[]? weights)
    {
        using DisposeScope scope = NewDisposeScope();
        return new Loss(lambda, target, smoothing).Compute(
            tensor(Logits, [Steps, Rows, Classes]), Loss.OneHot(tensor(Labels), Classes, ScalarType.Float64),
            weights is null ? null : tensor(weights)).item<double>();
    }

    private static double Expected(double lambda, LossTarget target, double smoothing, double[] weights)
    {
        double sum = 0;
        for (int t = 0; t < Steps; t++)
        {
            for (int n = 0; n < Rows; n++)
            {
                double[] row = Logits[((t * Rows + n) * Classes)..((t * Rows + n + 1) * Classes)];
                double normalizer = Math.Log(row.Sum(Math.Exp));
                double entropy = 0;
                double squares = 0;
                for (int c = 0; c < Classes; c++)
                {
                    bool isLabel = c == Labels[n];
                    double wanted = (isLabel ? 1 - smoothing : 0) + (smoothing / Classes);
                    entropy -= wanted * (row[c] - normalizer);
                    squares += Math.Pow(row[c] - (target == LossTarget.Constant || isLabel ? 1 : 0), 2);
                }
                sum += weights[n] * (((1 - lambda) * entropy) + (lambda * squares / Classes));
            }
        }
        return sum / Steps / weights.Sum();
    }
}
