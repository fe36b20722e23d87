using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>
/// A network in double precision, layer by layer over all time steps, straight from the definitions: nothing shared,
/// skipped, folded or reordered.
/// </summary>
internal sealed class ReferenceNetwork(NetworkDefinition definition, NetworkWeights weights)
{
    /// <summary>Returns the softmax of the logits' mean over the time steps.</summary>
    public double[] Score(ReadOnlySpan<float> features)
    {
        double[] row = [.. features.ToArray().Select(value => (double)value)];
        double[] signal = definition.HasTimeAxis
            ? row
            : [.. Enumerable.Repeat(row, definition.TimeSteps).SelectMany(step => step)];
        signal = Walk(definition.Layers, signal, definition.InputSignal);
        double[] logits = [.. Enumerable.Range(0, definition.ClassCount)
            .Select(c => Enumerable.Range(0, definition.TimeSteps)
            .Average(t => signal[(t * definition.ClassCount) + c]))];
        double sum = logits.Sum(logit => Math.Exp(logit - logits.Max()));
        return [.. logits.Select(logit => Math.Exp(logit - logits.Max()) / sum)];
    }

    private double[] Walk(IEnumerable<Layer> layers, double[] input, Signal inputSignal)
    {
        (double[] values, Signal signal) = (input, inputSignal);
        foreach (Layer layer in layers)
        {
            Signal output = layer.Infer(signal);
            values = layer switch
            {
                NeuronLayer { Neuron: ReluNeuron } => [.. values.Select(value => Math.Max(0, value))],
                NeuronLayer neuron => new ReferenceNeuron(
                    (SpikingNeuronDefinition)neuron.Neuron, Learned(neuron), values, definition.TimeSteps).Spikes,
                ResidualLayer residual => [.. Walk(residual.Main, values, signal)
                    .Zip(Walk(residual.Shortcut, values, signal), (main, shortcut) => main + shortcut)],
                DropoutLayer or FlattenLayer => values,
                _ => [.. values.Chunk(signal.Size).SelectMany(step => Step(layer, step, signal.Shape, output.Shape))],
            };
            signal = output;
        }
        return values;
    }

    private double[] Step(Layer layer, double[] input, IReadOnlyList<int> from, IReadOnlyList<int> to) => layer switch
    {
        LinearLayer linear => ReferenceLayers.Linear(input, Values(linear.WeightName), Bias(linear)),
        ConvolutionLayer convolution =>
            ReferenceLayers.Convolution(convolution, input, from, to, Values(convolution.WeightName),
                Bias(convolution)),
        BatchNormLayer norm => ReferenceLayers.BatchNorm(input, norm.Epsilon, Values(norm.WeightName),
            Values(norm.BiasName), Values(norm.MeanName), Values(norm.VarianceName)),
        AffineLayer affine => ReferenceLayers.Affine(input, from[0], Values(affine.ScaleName),
            Values(affine.ShiftName)),
        PopulationLayer population => Population(population, input),
        TreeLayer trees => Trees(trees, input),
        AveragePoolLayer pool => ReferenceLayers.Pool(input, from, to, pool.Kernel, pool.Stride, 0, window =>
            window.Average()),
        MaxPoolLayer pool => ReferenceLayers.Pool(
            input, from, to, pool.Kernel, pool.Stride, pool.Padding, window => window.Max()),
        AdaptiveAveragePoolLayer => ReferenceLayers.AdaptiveAveragePool(input, from, to),
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    private double[] Population(PopulationLayer layer, double[] input)
    {
        (float[] scale, float[] shift) = (Values(layer.ScaleName), Values(layer.ShiftName));
        (float[] lowest, float[] highest) = (Values(layer.LowestName), Values(layer.HighestName));
        return [.. layer.Features().Select((feature, i) =>
            Math.Min(Math.Max((input[feature] * scale[i]) + shift[i], lowest[i]), highest[i]))];
    }

    private double[] Trees(TreeLayer layer, double[] input)
    {
        (float[] lowest, float[] highest) = (Values(layer.LowestName), Values(layer.HighestName));
        IEnumerable<bool> holds = layer.Features.Select((feature, i) =>
            input[feature] >= lowest[i] && input[feature] < highest[i]);
        return [.. input, .. holds.Chunk(layer.Conditions).Select(leaf => leaf.All(own => own) ? 1.0 : 0.0)];
    }

    private float[] Values(string name) => weights[name].Values.ToArray();

    private float[] Bias(WeightedLayer layer) => layer.HasBias
        ? Values(layer.BiasName) : new float[layer.WeightShape[0]];

    private double Learned(NeuronLayer layer) => layer.Neuron.LearnedScalars is [LearnedScalar scalar]
        ? weights[layer.ArrayName(scalar)].Values.Span[0]
        : 0;
}
