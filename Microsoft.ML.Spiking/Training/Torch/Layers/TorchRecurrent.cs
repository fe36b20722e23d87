using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary><see cref="RecurrentLayer"/>, which has the equations; step by step under autograd.</summary>
/// <param name="layer">The layer.</param>
/// <param name="timeSteps">T.</param>
/// <param name="parameters">The network's arrays.</param>
internal sealed class TorchRecurrent(RecurrentLayer layer, int timeSteps, TorchParameters parameters) : TorchLayer
{
    private readonly OpByOpNeuron _neuron = OpByOpNeuron.Create(layer.Neuron);
    private readonly Tensor _weight = parameters[layer.WeightName];
    private readonly Tensor[] _learned =
        [.. layer.Neuron.LearnedScalars.Select(scalar => parameters[layer.ArrayName(scalar)])];

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = input.Values.dtype;
        Tensor values = type == ScalarType.BFloat16 ? input.Values.to_type(ScalarType.Float32) : input.Values;
        IReadOnlyList<Tensor> arriving = new NeuronCurrent(values, timeSteps, input.IsConstant).Steps();
        List<Tensor> spikes = [];
        foreach (Tensor step in _neuron.Steps(Currents(arriving, spikes), _learned))
        {
            spikes.Add(step);
        }
        Tensor result = stack(spikes, 0);
        result = result.dtype == type ? result : result.to_type(type);
        pass.Spikes?.Add(layer.Name, new(result, Count: null));
        pass.NeuronOutputs?.Invoke(layer.Name, result);
        return new(result.MoveToOuterDisposeScope(), IsConstant: false);
    }

    // The current of a step is asked for when the spikes of the step before are there.
    private IEnumerable<Tensor> Currents(IReadOnlyList<Tensor> arriving, List<Tensor> spikes)
    {
        for (int t = 0; t < arriving.Count; t++)
        {
            yield return t == 0 ? arriving[0] : arriving[t].Plus(nn.functional.linear(spikes[t - 1], _weight));
        }
    }
}
