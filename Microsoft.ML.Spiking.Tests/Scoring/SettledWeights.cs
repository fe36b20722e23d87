using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>
/// Random weights with running statistics of rows: with others all neurons of a deep network are silent.
/// </summary>
internal static class SettledWeights
{
    /// <summary>Returns the weights after the rows have passed in training mode.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="batches">The batches, each [rows, features].</param>
    public static NetworkWeights Of(NetworkDefinition definition, NetworkWeights weights, IEnumerable<float[]> batches)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using var network = new TorchNetwork(definition, CPU);
        network.Parameters.Import(weights);
        foreach (float[] batch in batches)
        {
            Tensor rows = tensor(batch, [batch.Length / definition.InputSize, definition.InputSize]);
            network.Forward(rows, new ForwardPass { IsTraining = true }).Dispose();
        }
        return network.Parameters.Export();
    }
}
