using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.EventProducts;

/// <summary>One linear layer over one batch by its events: float32, on the CPU.</summary>
/// <param name="reach">Where the gradient by the input is used; null for everywhere.</param>
/// <param name="needsInputGradient">Whether it is needed at all.</param>
internal sealed unsafe class EventLinear(GradientReach? reach, bool needsInputGradient)
{
    // From about here on the dense product is faster.
    private const double LargestDensity = 0.3;

    private const int SampledRows = 32;

    // A shorter dot product costs less than finding out whether it is needed.
    private const int NarrowestSelection = 128;

    // Beyond this part of the potentials all dot products together are faster than single ones.
    private const double LargestSelection = 0.5;

    /// <summary>Where the gradient by the input is used; null for everywhere.</summary>
    public GradientReach? Reach => reach;

    private int Threads { get; } = get_num_threads();

    /// <summary>Whether that input is so full of zeros that its events are worth listing.</summary>
    /// <param name="input">[rows, inputs].</param>
    public static bool Suits(Tensor input)
    {
        if (input.dtype != ScalarType.Float32 || input.device_type != DeviceType.CPU || !input.is_contiguous()
            || input.numel() == 0 || input.shape.Any(side => side > EventProduct.LargestSide))
        {
            return false;
        }
        (long rows, int inputs) = (input.shape[0], (int)input.shape[1]);
        float* values = TensorMemory.Address(input);
        long step = Math.Max(1, rows / SampledRows), seen = 0, active = 0;
        for (long row = 0; row < rows; row += step)
        {
            active += inputs - new ReadOnlySpan<float>(values + (row * inputs), inputs).Count(0f);
            seen += inputs;
        }
        return active <= LargestDensity * seen;
    }

    /// <summary>[rows, outputs].</summary>
    /// <param name="input">[rows, inputs], contiguous.</param>
    /// <param name="weight">[inputs, outputs], contiguous.</param>
    /// <param name="bias">[outputs], or null.</param>
    public Tensor Forward(Tensor input, Tensor weight, Tensor? bias)
    {
        Tensor output = empty([input.shape[0], weight.shape[1]], ScalarType.Float32, CPU);
        EventWork work = Work(input, weight);
        work.Bias = bias is null ? null : TensorMemory.Address(bias);
        work.Target = TensorMemory.Address(output);
        EventProduct.Forward(in work, Threads);
        return output;
    }

    /// <summary>The gradients by weight, [inputs, outputs], and bias, [outputs] or null.</summary>
    public (Tensor Weight, Tensor? Bias) WeightGradients(Tensor input, Tensor weight, Tensor upstream, bool hasBias)
    {
        Tensor gradient = empty(weight.shape, ScalarType.Float32, CPU);
        Tensor? bias = hasBias ? empty([weight.shape[1]], ScalarType.Float32, CPU) : null;
        EventWork work = Work(input, weight);
        work.Upstream = TensorMemory.Address(upstream);
        work.Target = TensorMemory.Address(gradient);
        work.BiasGradient = bias is null ? null : TensorMemory.Address(bias);
        EventProduct.WeightGradient(in work, Threads);
        return (gradient, bias);
    }

    /// <summary>The gradient by the input, [rows, inputs]; null if nobody needs it.</summary>
    /// <param name="input">[rows, inputs].</param>
    /// <param name="weight">[inputs, outputs].</param>
    /// <param name="upstream">[rows, outputs], contiguous.</param>
    /// <param name="potential">Of the reach, or null.</param>
    public Tensor? InputGradient(Tensor input, Tensor weight, Tensor upstream, Tensor? potential)
    {
        if (!needsInputGradient)
        {
            return null;
        }
        if (potential is null || upstream.shape[1] < NarrowestSelection || !IsSelective(potential))
        {
            using Tensor transposed = weight.t();
            return upstream.mm(transposed);
        }
        Tensor gradient = empty(input.shape, ScalarType.Float32, CPU);
        EventWork work = Work(input, weight);
        work.Upstream = TensorMemory.Address(upstream);
        work.Target = TensorMemory.Address(gradient);
        work.Potential = TensorMemory.Address(potential);
        (work.Threshold, work.Reach) = ((float)reach!.Threshold, (float)reach.Distance);
        EventProduct.InputGradient(in work, Threads);
        return gradient;
    }

    /// <summary>Whether so few potentials are within reach that single dot products are faster than all of them.</summary>
    private bool IsSelective(Tensor potential)
    {
        long length = potential.numel(), step = Math.Max(1, length / 16_384), seen = 0, within = 0;
        float* values = TensorMemory.Address(potential);
        (float threshold, float distance) = ((float)reach!.Threshold, (float)reach.Distance);
        for (long i = 0; i < length; i += step)
        {
            within += Math.Abs(values[i] - threshold) <= distance ? 1 : 0;
            seen++;
        }
        return within <= LargestSelection * seen;
    }

    private static EventWork Work(Tensor input, Tensor weight) => new()
    {
        Rows = (int)input.shape[0],
        Inputs = (int)input.shape[1],
        Outputs = (int)weight.shape[1],
        Input = TensorMemory.Address(input),
        Weight = TensorMemory.Address(weight),
    };
}
