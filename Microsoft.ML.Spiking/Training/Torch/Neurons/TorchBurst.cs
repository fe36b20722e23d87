using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>
/// <see cref="BurstNeuron"/>, which has the equations: the counts, step by step without gradient, and the gradient of
/// the limited rectifier of the mean current, which each step has in full. On every device it runs op by op.
/// </summary>
internal sealed class TorchBurst(BurstNeuron neuron) : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = current.Values.dtype;
        NeuronCurrent wide = type == ScalarType.BFloat16
            ? current with { Values = current.Values.to_type(ScalarType.Float32) } : current; // for the state
        Tensor values = Counts(wide);
        if (is_grad_enabled() && wide.Values.requires_grad)
        {
            Tensor mean = wide.IsConstant ? wide.Values : wide.Values.mean([0]);
            Tensor straight = nn.functional.relu(mean).LimitTo(neuron.Largest);
            values = values.Plus(straight - straight.detach()); // the difference is 0, and has the gradient
        }
        values = values.dtype == type ? values : values.to_type(type);
        return new(values.MoveToOuterDisposeScope(), Count: null);
    }

    private Tensor Counts(NeuronCurrent current)
    {
        using IDisposable noGradient = no_grad();
        Tensor? potential = null;
        Tensor[] steps = new Tensor[current.TimeSteps];
        IReadOnlyList<Tensor> arriving = current.Steps();
        for (int t = 0; t < steps.Length; t++)
        {
            using DisposeScope step = NewDisposeScope();
            Tensor charged = potential is null ? arriving[t].detach() : potential.Plus(arriving[t]);
            Tensor spikes = nn.functional.relu(charged.Over(neuron.Threshold).floor()).LimitTo(neuron.MaximumSpikes);
            steps[t] = spikes.Times(neuron.Threshold);
            Tensor left = charged - steps[t];
            steps[t].MoveToOuterDisposeScope();
            left.MoveToOuterDisposeScope();
            potential?.Dispose();
            potential = left;
        }
        return stack(steps, 0);
    }
}

/// <summary><see cref="MeanReluNeuron"/>.</summary>
internal sealed class TorchMeanRelu : TorchNeuron
{
    public override NeuronSpikes Forward(NeuronCurrent current, IReadOnlyList<Tensor> learned)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = current.IsConstant ? current.Values : current.Values.mean([0]);
        Tensor values = nn.functional.relu(mean);
        Tensor steps = values.unsqueeze(0).expand([current.TimeSteps, .. values.shape]);
        return new(steps.MoveToOuterDisposeScope(), Count: null);
    }
}
