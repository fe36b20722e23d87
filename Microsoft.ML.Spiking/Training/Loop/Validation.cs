using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Measures a network on all rows of a set, as scoring would see it.</summary>
internal sealed class Validation(RowFeed rows, BatchBuffer buffer, Device device) : IDisposable
{
    private readonly EpochTally _tally = new(device);
    private readonly Tensor _correct = zeros([rows.Summary.ClassRows.Count], ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>Scores all rows.</summary>
    public ValidationResult Measure(TorchNetwork network, CancellationToken token)
    {
        using IDisposable noGradient = no_grad();
        using IRowReader reader = rows.InOrder();
        _tally.Clear();
        _correct.Set(0);
        while (true)
        {
            token.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            if (!buffer.TryRead(reader, out Batch batch))
            {
                return new(_tally.Accuracy, MacroAccuracy(), _tally.Loss);
            }
            Tensor logits = network.Forward(batch.Features, ForwardPass.Evaluation).mean([0]); // [N, classes]
            _tally.Add(nn.functional.cross_entropy(logits, batch.Labels), logits, batch.Labels, batch.Rows);
            _correct.scatter_add_(0, batch.Labels, logits.argmax(1).eq(batch.Labels).to_type(ScalarType.Int64));
        }
    }

    public void Dispose()
    {
        _correct.Dispose();
        _tally.Dispose();
        buffer.Dispose();
    }

    private double MacroAccuracy()
    {
        long[] correct = _correct.cpu().data<long>().ToArray();
        return correct.Zip(rows.Summary.ClassRows).Where(of => of.Second > 0).Average(of => (double)of.First / of.Second);
    }
}
