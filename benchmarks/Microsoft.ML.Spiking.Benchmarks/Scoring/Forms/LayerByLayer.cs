using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// libtorch layer by layer: each layer is one operation over all time steps, values that are the same at every step are
/// computed once, and the neurons are fused.
/// </summary>
internal sealed class LayerByLayer : TorchForm
{
    private readonly TorchParameters _parameters;

    public LayerByLayer(NetworkDefinition definition, NetworkWeights weights) : base(definition)
    {
        _parameters = new(definition, CPU, ScalarType.Float32);
        _parameters.Import(weights);
    }

    public override void Dispose() => _parameters.Dispose();

    protected override Tensor Logits(Tensor input)
    {
        TorchSignal output = Run(Definition.Layers, new(input, IsConstant: true));
        return output.IsConstant ? output.Values : output.Values.mean([0]);
    }

    private TorchSignal Run(IEnumerable<Layer> layers, TorchSignal input) =>
        layers.Aggregate(input, (signal, layer) => Run(layer, signal));

    private TorchSignal Run(Layer layer, TorchSignal input)
    {
        switch (layer)
        {
            case NeuronLayer neuron:
                Tensor[] learned =
                    [.. neuron.Neuron.LearnedScalars.Select(scalar => _parameters[neuron.ArrayName(scalar)])];
                var current = new NeuronCurrent(input.Values, Definition.TimeSteps, input.IsConstant);
                return new(TorchNeuron.Create(neuron.Neuron, CPU, ScalarType.Float32).Forward(current, learned).Values,
                    IsConstant: false);
            case ResidualLayer residual:
                TorchSignal main = Run(residual.Main, input), shortcut = Run(residual.Shortcut, input);
                // Values that are the same at every step are added to each step.
                return new(main.Values + shortcut.Values, main.IsConstant && shortcut.IsConstant);
            default:
                return input.MapRows(rows => TorchOperations.Run(layer, rows, _parameters));
        }
    }
}
