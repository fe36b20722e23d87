using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// The form of the CLIF authors' code: at each time step the whole network runs on the image, linear layers included,
/// and each neuron's equations are tensor operations on a state that is carried along.
/// </summary>
internal sealed class OpByOpStep(StepProblem problem)
    : TrainingStep(problem, new(problem.Definition, CPU, ScalarType.Float32))
{
    private protected override Tensor Forward()
    {
        using DisposeScope scope = NewDisposeScope();
        NetworkDefinition definition = Problem.Definition;
        Tensor input = Problem.Input.view([StepProblem.Rows, .. definition.InputShape.Select(side => (long)side)]);
        // Lazy: asking for the logits of a step runs this step through all layers, and nothing of the next.
        IEnumerable<Tensor> signal = Enumerable.Repeat(input, definition.TimeSteps);
        foreach (Layer layer in definition.Layers)
        {
            signal = layer is NeuronLayer neuron
                ? OpByOpNeuron.Create(neuron.Neuron).Steps(signal, [])
                : signal.Select(Operation(layer));
        }
        return stack(signal, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Runs a layer on one time step.</summary>
    private Func<Tensor, Tensor> Operation(Layer layer) => layer switch
    {
        LinearLayer linear => input =>
            nn.functional.linear(input, Parameters[linear.WeightName], Parameters[linear.BiasName]),
        ConvolutionLayer convolution => input => nn.functional.conv2d(input, Parameters[convolution.WeightName],
            convolution.HasBias ? Parameters[convolution.BiasName] : null,
            Sides(convolution.Stride), Sides(convolution.Padding)),
        BatchNormLayer norm => input => nn.functional.batch_norm(input, Parameters[norm.MeanName],
            Parameters[norm.VarianceName], Parameters[norm.WeightName], Parameters[norm.BiasName], training: true,
            norm.Momentum, norm.Epsilon),
        AveragePoolLayer pool => input => nn.functional.avg_pool2d(input, Sides(pool.Kernel), Sides(pool.Stride)),
        FlattenLayer => input => input.flatten(1),
        DropoutLayer { Rate: 0 } => input => input,
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    private static long[] Sides(Extent extent) => [extent.Height, extent.Width];
}
