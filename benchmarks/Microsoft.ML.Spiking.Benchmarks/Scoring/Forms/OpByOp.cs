using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// The form of the CLIF authors' code: at each time step the whole network runs on the image, and each neuron's
/// equations are tensor operations on a state that is carried along.
/// </summary>
internal sealed class OpByOp : TorchForm
{
    private readonly TorchParameters _parameters;

    public OpByOp(NetworkDefinition definition, NetworkWeights weights) : base(definition)
    {
        _parameters = new(definition, CPU, ScalarType.Float32);
        _parameters.Import(weights);
    }

    public override void Dispose() => _parameters.Dispose();

    protected override Tensor Logits(Tensor input)
    {
        var neurons = new Dictionary<string, NeuronSteps>();
        Tensor[] steps =
            [.. Enumerable.Range(0, Definition.TimeSteps).Select(_ => Run(Definition.Layers, input, neurons))];
        return stack(steps, 0).mean([0]);
    }

    private Tensor Run(IEnumerable<Layer> layers, Tensor x, Dictionary<string, NeuronSteps> neurons) =>
        layers.Aggregate(x, (value, layer) => Run(layer, value, neurons));

    private Tensor Run(Layer layer, Tensor x, Dictionary<string, NeuronSteps> neurons) => layer switch
    {
        ResidualLayer residual => Run(residual.Main, x, neurons).Plus(Run(residual.Shortcut, x, neurons)),
        NeuronLayer neuron => Steps(neuron, neurons).Step(x),
        _ => TorchOperations.Run(layer, x, _parameters),
    };

    private NeuronSteps Steps(NeuronLayer layer, Dictionary<string, NeuronSteps> neurons)
    {
        if (!neurons.TryGetValue(layer.Name, out NeuronSteps? steps))
        {
            Tensor[] learned =
                [.. layer.Neuron.LearnedScalars.Select((LearnedScalar scalar) => _parameters[layer.ArrayName(scalar)])];
            steps = new(layer.Neuron, learned);
            neurons.Add(layer.Name, steps);
        }
        return steps;
    }
}
