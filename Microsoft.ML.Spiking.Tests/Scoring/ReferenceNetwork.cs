using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>A network in double precision, layer by layer over all time steps, nothing shared or skipped.</summary>
internal sealed class ReferenceNetwork(NetworkDefinition definition, NetworkWeights weights)
{
    /// <summary>Softmax of the logits' mean over the time steps.</summary>
    public double[] Score(ReadOnlySpan<float> features)
    {
        double[] row = [.. features.ToArray().Select(value => (double)value)];
        double[] signal = [.. Enumerable.Repeat(row, definition.TimeSteps).SelectMany(step => step)];
        foreach (Layer layer in definition.Layers)
        {
            signal = layer switch
            {
                LinearLayer linear => Linear(linear, signal),
                NeuronLayer { Neuron: ReluNeuron } => [.. signal.Select(value => Math.Max(0, value))],
                NeuronLayer neuron => new ReferenceNeuron((SpikingNeuronDefinition)neuron.Neuron, Learned(neuron), signal,
                    definition.TimeSteps).Spikes,
                DropoutLayer => signal,
                _ => throw new NotSupportedException(layer.GetType().Name),
            };
        }
        double[] logits = [.. Enumerable.Range(0, definition.ClassCount).Select(c => Enumerable.Range(0, definition.TimeSteps)
            .Average(t => signal[(t * definition.ClassCount) + c]))];
        double sum = logits.Sum(logit => Math.Exp(logit - logits.Max()));
        return [.. logits.Select(logit => Math.Exp(logit - logits.Max()) / sum)];
    }

    private double Learned(NeuronLayer layer) => layer.Neuron.LearnedScalars is [LearnedScalar scalar]
        ? weights[layer.ArrayName(scalar)].Values.Span[0]
        : 0;

    private double[] Linear(LinearLayer layer, double[] input)
    {
        ReadOnlySpan<float> weight = weights[layer.WeightName].Values.Span;
        double[] output = new double[definition.TimeSteps * layer.Outputs];
        for (int t = 0; t < definition.TimeSteps; t++)
        {
            for (int o = 0; o < layer.Outputs; o++)
            {
                double sum = layer.HasBias ? weights[layer.BiasName].Values.Span[o] : 0;
                for (int i = 0; i < layer.Inputs; i++)
                {
                    sum += weight[(o * layer.Inputs) + i] * input[(t * layer.Inputs) + i];
                }
                output[(t * layer.Outputs) + o] = sum;
            }
        }
        return output;
    }
}
