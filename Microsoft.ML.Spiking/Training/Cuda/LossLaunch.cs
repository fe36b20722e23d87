using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>
/// The launches of a batch's loss: two, where autograd would make some thirty for what takes the device no time.
/// </summary>
internal static unsafe class LossLaunch
{
    /// <summary>Returns whether the kernels take such logits.</summary>
    public static bool Suits(Tensor logits) => logits.dtype == ScalarType.Float32;

    /// <summary>Computes the loss of a batch and its gradient on its device; never waits for it.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="rule">The loss.</param>
    /// <param name="logits">[T, N, C], on that device.</param>
    /// <param name="batch">The batch, there, too: its labels, and how its rows weigh.</param>
    /// <param name="upstream">The factor of the gradient.</param>
    public static LossResult Run(
        CudaKernels kernels, LossRule rule, Tensor logits, Batch batch, double upstream)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor values = logits.detach().contiguous(), labels = batch.Labels.contiguous();
        (long steps, long rows, long classes) = (values.Length(0), values.Length(1), values.Length(2));
        Device device = values.device;
        Tensor loss = empty([], ScalarType.Float32, device);
        Tensor gradient = empty([steps, rows, classes], ScalarType.Float32, device);
        Tensor means = empty([rows, classes], ScalarType.Float32, device);
        Tensor correct = empty([], ScalarType.Int64, device);
        Tensor results = empty([2 * rows], ScalarType.Float64, device);
        double weight = batch.Weights is null ? rows : batch.TotalWeight;
        var settings = new Settings
        {
            Upstream = upstream / weight,
            Lambda = rule.Lambda,
            Smoothing = rule.LabelSmoothing,
            IsOneHot = rule.Target == LossTarget.OneHot ? 1 : 0,
            IsOfMean = rule.OfMean ? 1 : 0,
        };
        (nint from, nint known, nint to) = (Address(values), Address(labels), Address(gradient));
        (nint shares, nint weights) = (Address(batch.Shares?.contiguous()), Address(batch.Weights?.contiguous()));
        (nint mean, nint each, nint sum) = (Address(means), Address(results), Address(loss));
        nint count = Address(correct);
        void** arguments = stackalloc void*[]
        {
            &from, &known, &shares, &weights, &to, &mean, &each, &steps, &rows, &classes, &settings,
        };
        kernels.Launch(PlainProgram.Losses, "loss_of_rows", rows * NeuronProgram.BlockSize, arguments);
        void** last = stackalloc void*[] { &each, &rows, &weight, &sum, &count };
        kernels.Launch(PlainProgram.Losses, "loss_of_batch", NeuronProgram.BlockSize, last);
        return new(loss.MoveToOuterDisposeScope(), gradient.MoveToOuterDisposeScope(),
            means.MoveToOuterDisposeScope())
        {
            Correct = correct.MoveToOuterDisposeScope(),
        };
    }

    private static nint Address(Tensor? tensor) => tensor is null ? 0 : DeviceMemory.Address(tensor);

    /// <summary>The structure LossRule of loss.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Settings
    {
        public double Upstream;
        public double Lambda;
        public double Smoothing;
        public int IsOneHot;
        public int IsOfMean;
    }
}
