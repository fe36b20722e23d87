using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary><see cref="GatedRecurrentLayer"/>, which has the equations; step by step under autograd.</summary>
/// <remarks>
/// A range is [m, w]: the moving mean of the batches' largest values, and the same of ones, by which it is divided. A
/// pass of training quantizes by the ranges of the batches before it and moves them at its end; the first one measures
/// itself, without quantizing, before.
/// </remarks>
/// <param name="layer">The layer.</param>
/// <param name="timeSteps">T.</param>
/// <param name="parameters">The network's arrays.</param>
internal sealed class TorchGatedRecurrent(GatedRecurrentLayer layer, int timeSteps, TorchParameters parameters)
    : TorchLayer
{
    private const double Move = 0.1;

    private readonly Tensor _weight = parameters[layer.WeightName];
    private readonly Tensor? _recurrent = layer.HasRecurrentWeights ? parameters[layer.RecurrentName] : null;
    private readonly Tensor _bias = parameters[layer.BiasName];
    private readonly Tensor _inputRange = parameters[layer.InputRangeName];
    private readonly Tensor _outputRange = parameters[layer.OutputRangeName];
    private bool _isMeasured;

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = input.Values.dtype;
        Tensor values = type == ScalarType.BFloat16 ? input.Values.to_type(ScalarType.Float32) : input.Values;
        Tensor arriving = input.IsConstant ? values.unsqueeze(0).expand([timeSteps, .. values.shape]) : values;
        if (pass.IsTraining && !_isMeasured)
        {
            Measure(arriving);
        }
        Tensor encoded = Encode(arriving, LargestOf(_inputRange));
        Tensor output = Walk(encoded, LargestOf(_outputRange), out Tensor largest);
        if (pass.IsTraining && !pass.IsRepetition)
        {
            using IDisposable noGradient = no_grad();
            MoveRange(_inputRange, arriving.detach().abs().max());
            MoveRange(_outputRange, largest);
        }
        output = output.dtype == type ? output : output.to_type(type);
        pass.Spikes?.Add(layer.Name, new(output, Count: null));
        pass.NeuronOutputs?.Invoke(layer.Name, output);
        return new(output.MoveToOuterDisposeScope(), IsConstant: false);
    }

    /// <summary>Returns values of which each step is Q of all that is left, with the gradient of the values.</summary>
    /// <param name="values">[T, N, n].</param>
    /// <param name="largest">M.</param>
    private Tensor Encode(Tensor values, Tensor largest)
    {
        Tensor plain = values.detach();
        List<Tensor> steps = [];
        using (no_grad())
        {
            Tensor? left = null;
            foreach (Tensor step in plain.unbind(0))
            {
                Tensor sum = left is null ? step : left.Plus(step);
                steps.Add(Quantized(sum, largest));
                left = sum - steps[^1];
            }
        }
        return stack(steps, 0).Plus(values - plain);
    }

    /// <summary>Returns the quantized outputs, [T, N, outputs], and the largest of the values before.</summary>
    /// <param name="encoded">[T, N, inputs].</param>
    /// <param name="largest">M; null to quantize nothing.</param>
    /// <param name="found">The largest absolute value of h.</param>
    private Tensor Walk(Tensor encoded, Tensor? largest, out Tensor found)
    {
        Tensor currents = nn.functional.linear(encoded, _weight, _bias);
        Tensor? h = null, left = null, s = null;
        List<Tensor> outputs = [];
        found = zeros([], encoded.dtype, encoded.device);
        foreach (Tensor current in currents.unbind(0))
        {
            Tensor both = s is null || _recurrent is null ? current : current.Plus(nn.functional.linear(s, _recurrent));
            Tensor z = sigmoid(both.narrow(1, 0, layer.Outputs));
            Tensor c = nn.functional.relu(both.narrow(1, layer.Outputs, layer.Outputs));
            h = h is null ? z.OneMinus() * c : (z.OneMinus() * c).Plus(z * h);
            Tensor plain = h.detach();
            using (no_grad())
            {
                found = maximum(found, plain.abs().max());
                if (largest is not null)
                {
                    Tensor sum = left is null ? plain : left.Plus(plain);
                    s = Quantized(sum, largest);
                    left = sum - s;
                }
            }
            s = largest is null ? h : s!.Plus(h - plain); // the difference is 0, and has the gradient
            outputs.Add(s);
        }
        return stack(outputs, 0);
    }

    /// <summary>Returns Q; 0 where the range is 0.</summary>
    private Tensor Quantized(Tensor values, Tensor largest)
    {
        Tensor scale = largest.reciprocal().Times(layer.Levels);
        Tensor whole = (maximum(minimum(values, largest), largest.neg()) * scale).trunc();
        Tensor counts = whole.abs().IsAtLeast(layer.Threshold + 1) & largest.gt(Zero(values));
        return where(counts, whole / scale, zeros_like(values));
    }

    private static Tensor Zero(Tensor like) => zeros([], like.dtype, like.device);

    // 0 before anything was measured.
    private static Tensor LargestOf(Tensor range)
    {
        using IDisposable noGradient = no_grad();
        Tensor weight = range[1];
        return where(weight.gt(Zero(range)), range[0] / weight, Zero(range));
    }

    /// <summary>Takes the ranges from this batch, where none was taken yet.</summary>
    private void Measure(Tensor arriving)
    {
        using IDisposable noGradient = no_grad();
        _isMeasured = true;
        if (DeviceWait.Item<double>(_outputRange[1].to_type(ScalarType.Float64)) > 0)
        {
            return; // a training that is continued
        }
        Walk(arriving.detach(), largest: null, out Tensor largest);
        MoveRange(_inputRange, arriving.detach().abs().max());
        MoveRange(_outputRange, largest);
    }

    private static void MoveRange(Tensor range, Tensor largest)
    {
        range.Multiply(1 - Move);
        range.Add(stack([largest, ones_like(largest)], 0), factor: Move);
    }
}
