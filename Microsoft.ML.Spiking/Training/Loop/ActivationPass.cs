using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>A pass of a trained network over the training rows that measures the output of its neurons.</summary>
internal static class ActivationPass
{
    /// <summary>Measures the output of each layer of neurons, in evaluation mode.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="train">The training rows, not augmented.</param>
    /// <param name="settings">The settings of its training.</param>
    /// <param name="observer">Receives what the user should know of the rows.</param>
    /// <param name="token">Checked before each batch.</param>
    /// <returns>What each layer gave, by its name.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IReadOnlyDictionary<string, ActivationHistogram> Run(
        NetworkDefinition definition, NetworkWeights weights, IRowSource train, TrainingSettings settings,
        ITrainingObserver observer, CancellationToken token) =>
        TrainingThread.Run(() =>
        {
            Device device = DeviceChoice.Make(settings, observer)[0];
            TorchThreads.SetForTraining(settings.Threads, definition, settings.RowsPerReplica);
            RowFeed rows =
                UsableRows.Open(train, "training", definition, settings.MemoryBudget, observer, token);
            var found = new Dictionary<string, ActivationHistogram>(StringComparer.Ordinal);
            var pass = new ForwardPass
            {
                NeuronOutputs = (layer, values) =>
                {
                    if (!found.TryGetValue(layer, out ActivationHistogram? histogram))
                    {
                        found.Add(layer, histogram = new());
                    }
                    histogram.Add(values);
                },
            };
            int batch = (int)Math.Min(settings.RowsPerReplica, rows.Summary.Rows);
            using var buffer = new BatchBuffer(batch, rows.FeatureCount, classWeights: null, device);
            using var network = new TorchNetwork(definition, device);
            network.Parameters.Import(weights);
            using IDisposable noGradient = no_grad();
            using IRowReader reader = rows.InOrder();
            while (true)
            {
                token.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                if (!buffer.TryRead(reader, out Batch read))
                {
                    return found;
                }
                network.Forward(read.Features, pass);
            }
        });
}
