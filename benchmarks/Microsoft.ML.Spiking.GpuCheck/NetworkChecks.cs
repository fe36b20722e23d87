using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static System.FormattableString;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>Whole training steps on the device, compared with the CPU's.</summary>
internal static class NetworkChecks
{
    private static readonly ConvNet Template = new(16, 32);
    private static readonly int[] Image = [1, 16, 16];

    public static void Run(Checks checks, Device device)
    {
        using IDisposable? exact = TensorFloat32.Use(device, isAllowed: false);
        checks.Run("a conv net's step, as on the CPU", () => Compare(1e-4, Step(device), Step(CPU)));
        checks.Run("a conv net's step with dropout, as on the CPU",
            () => Compare(1e-4, Step(device, dropout: 0.3), Step(CPU, dropout: 0.3)));
        checks.Run("a conv net's step, as op by op", () =>
        {
            using NetworkStep own = Step(device);
            CudaUse.AreKernelsOff = true;
            try
            {
                return Compare(1e-4, own, Step(device));
            }
            finally
            {
                CudaUse.AreKernelsOff = false;
            }
        });
        checks.Run("activation checkpointing gives the same step",
            () => Compare(1e-4, Step(device, isCheckpointed: true), Step(device)));
        checks.Run("a step with products in bfloat16 is close",
            () => Compare(0.1, Step(device, productType: ScalarType.BFloat16), Step(device)));
        checks.Run("the same, converted before and after each product",
            () => Compare(0.1, Step(device, productType: ScalarType.BFloat16, keepsProductType: false), Step(device)));
        checks.Run("float32 with channels innermost gives the same step", () => Compare(1e-4,
            Step(device, productType: ScalarType.Float32, halvesWeightGradients: false), Step(device)));
        checks.Run("gradients of weights from float16 are close", () =>
        {
            Require(ConvolutionGradient.Has(device), "libtorch has no gradient of a convolution by its weight alone");
            NetworkStep own = Step(device, productType: ScalarType.Float32), other = Step(device);
            double off = own.DifferenceFrom(other);
            Require(off > 0, "they are not from float16");
            return Compare(1e-3, own, other);
        });
        checks.Run("activation checkpointing in bfloat16 is close",
            () => Compare(0.1, Step(device, isCheckpointed: true, productType: ScalarType.BFloat16), Step(device)));
        checks.Run("spikes are counted as on the CPU", () =>
        {
            using NetworkStep own = Step(device), other = Step(CPU);
            return Checks.AtMost(1e-3, Math.Abs(own.Rate - other.Rate)) + Invariant($", {own.Rate:0.000} a step");
        });
        checks.Run("the loss and its gradient, as by autograd", () => Losses(device));
        checks.Run("too much memory is explained", () =>
        {
            try
            {
                using Tensor huge = empty([1L << 30, 1L << 20], device: device);
                return "there is as much";
            }
            catch (Exception fault)
            {
                InsufficientMemoryException? shortage = MemoryShortage.ExplainScoring(
                    fault, Template.Bind(new(Image, 10, 4, new DirectEncoder(), new ClifNeuron(), Dropout: 0)), 1);
                return shortage?.Message ?? throw new InvalidOperationException($"not understood: {fault.Message}");
            }
        });
    }

    private static string Losses(Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        const int Steps = 6, Rows = 300;
        var loss = new Loss(lambda: 0.3, LossTarget.OneHot, labelSmoothing: 0.1);
        double worst = 0;
        foreach (int classes in (int[])[10, 1000])
        {
            using Generator generator = new(3, CPU);
            Tensor logits = randn([Steps, Rows, classes], generator: generator).to(device).requires_grad_();
            Tensor labels = randint(classes, [Rows], ScalarType.Int64, generator: generator).to(device);
            Tensor weights = (rand([Rows], generator: generator) + 0.5).to(device);
            var batch = new Batch(Rows, weights, labels, weights, weights.sum().item<float>())
            {
                Shares = rand([Rows], generator: generator).to(device),
            };
            Tensor expected = loss.Compute(logits, batch.Classes(classes, ScalarType.Float32), weights);
            expected.backward();
            LossResult found = loss.AtOnce(logits, batch, upstream: 1, CudaUse.KernelsOf(device))!.Value;
            Tensor byAutograd = logits.grad!;
            worst = new[]
            {
                worst,
                ((found.Loss - expected).abs() / expected).item<float>(),
                ((found.Gradient - byAutograd).abs().max() / byAutograd.abs().max()).item<float>(),
            }.Max();
            _ = Checks.Equal(EpochTally.Correct(found.MeanLogits, labels).item<long>(), found.Correct!.item<long>());
        }
        return Checks.AtMost(1e-5, worst);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static string Compare(double allowed, NetworkStep own, NetworkStep other)
    {
        using (own)
        using (other)
        {
            return Checks.AtMost(allowed, own.DifferenceFrom(other));
        }
    }

    private static NetworkStep Step(
        Device device, bool isCheckpointed = false, ScalarType? productType = null, double dropout = 0,
        bool keepsProductType = true, bool halvesWeightGradients = true)
    {
        var step = new NetworkStep(Template, Image, timeSteps: 4, rows: 32, device, isCheckpointed, productType,
            dropout, keepsProductType, halvesWeightGradients);
        step.Run();
        return step;
    }
}
