using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.TorchLayers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training;

/// <summary>Measures a network on all rows of a set, as scoring would see it.</summary>
internal sealed class Validation(RowFeed rows, BatchBuffer buffer, Device device) : IDisposable
{
    private readonly EpochTally _tally = new(device);

    /// <summary>
    /// The part of all rows that is classified correctly, and the mean cross entropy of the scores (the softmax of the
    /// mean logits). Every row counts alike.
    /// </summary>
    public (double Accuracy, double Loss) Measure(TorchNetwork network, CancellationToken token)
    {
        using IDisposable noGradient = no_grad();
        using IRowReader reader = rows.InOrder();
        _tally.Clear();
        while (true)
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            if (!buffer.TryRead(reader, out Batch batch))
            {
                return (_tally.Accuracy, _tally.Loss);
            }
            Tensor logits = network.Forward(batch.Features, ForwardPass.Evaluation).mean([0]); // [N, classes]
            _tally.Add(nn.functional.cross_entropy(logits, batch.Labels), logits, batch.Labels, batch.Rows);
        }
    }

    public void Dispose()
    {
        _tally.Dispose();
        buffer.Dispose();
    }
}
