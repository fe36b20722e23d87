using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// The way of the CLIF authors' code: at each time step the whole network runs on the image, linear layers included,
/// and each neuron's equations are tensor operations on the state that it carries along.
/// </summary>
internal sealed class OpByOpStep(MlpProblem problem)
    : TrainingStep(problem, new(problem.Definition, CPU, ScalarType.Float32))
{
    private protected override Tensor Forward()
    {
        using DisposeScope scope = NewDisposeScope();
        // Lazy: asking for the logits of a step runs that step through all layers, and nothing of the next.
        IEnumerable<Tensor> signal = Enumerable.Repeat(Problem.Input, Problem.Definition.TimeSteps);
        foreach (Layer layer in Problem.Definition.Layers)
        {
            signal = layer switch
            {
                LinearLayer linear => Linear(signal, linear),
                NeuronLayer neuron => OpByOpNeuron.Create(neuron.Neuron).Walk(signal, []),
                _ => throw new NotSupportedException(layer.GetType().Name),
            };
        }
        return stack(signal, 0).MoveToOuterDisposeScope();
    }

    private IEnumerable<Tensor> Linear(IEnumerable<Tensor> inputs, LinearLayer layer) => inputs.Select(
        input => nn.functional.linear(input, Parameters[layer.WeightName], Parameters[layer.BiasName]));
}
