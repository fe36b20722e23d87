using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

/// <summary>A network with weights, and rows to score with it.</summary>
/// <param name="Name">Its name in the goals.</param>
/// <param name="Definition">The network.</param>
/// <param name="Weights">Its arrays.</param>
/// <param name="Rows">The features of each row.</param>
internal sealed record TrainedNetwork(string Name, NetworkDefinition Definition, NetworkWeights Weights, float[][] Rows)
{
    private const int TalliedRows = 200;

    /// <summary>Returns the figures of the network that decide its cost.</summary>
    public string Describe()
    {
        (IReadOnlyList<KeyValuePair<string, double>> byLayer, double mean) = FiringRates();
        string[] rates = [.. byLayer.Select(layer => Numbers.Text($"{layer.Value:0.000}"))];
        return Numbers.Text(
            $"{Name}: T {Definition.TimeSteps}, spikes per neuron and step: {string.Join(' ', rates)}, mean " +
            $"{mean:0.000}");
    }

    /// <summary>
    /// Returns the spikes per neuron and time step on the first rows, by layer, and over all neurons.
    /// </summary>
    public (IReadOnlyList<KeyValuePair<string, double>> ByLayer, double Mean) FiringRates()
    {
        using var network = new TorchNetwork(Definition, CPU);
        network.Parameters.Import(Weights);
        using var tally = new SpikeTally(CPU);
        foreach (float[][] chunk in Rows.Take(TalliedRows).Chunk(20))
        {
            using TorchSharp.DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            network.Forward(tensor([.. chunk.SelectMany(row => row)], [chunk.Length, Definition.InputSize]),
                new ForwardPass { Spikes = tally });
        }
        return tally.Rates();
    }
}
