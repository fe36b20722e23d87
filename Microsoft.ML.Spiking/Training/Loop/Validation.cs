using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The measurement of a network on the validation rows, in evaluation mode.</summary>
internal sealed class Validation(RowFeed rows, BatchBuffer buffer, Device device) : IDisposable
{
    private readonly EpochTally _tally = new(device);
    private readonly Tensor _correct =
        zeros([rows.Summary.ClassRows.Count], ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>Scores all rows and measures the scores.</summary>
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
            Tensor logits = network.Forward(batch, ForwardPass.Evaluation).mean([0]); // [N, classes]
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
        long[] correct = DeviceWait.ToCpu(_correct).data<long>().ToArray();
        return correct.Zip(rows.Summary.ClassRows)
            .Where(of => of.Second > 0)
            .Average(of => (double)of.First / of.Second);
    }
}

/// <summary>A network's measurements on the validation rows; every row has the same weight.</summary>
/// <param name="Accuracy">The share of the rows classified correctly, 0 to 1.</param>
/// <param name="MacroAccuracy">
/// The mean of the classes' shares of rows classified correctly; absent classes do not count.
/// </param>
/// <param name="Loss">Mean cross entropy of the scores (the softmax of the mean logits).</param>
internal readonly record struct ValidationResult(double Accuracy, double MacroAccuracy, double Loss);
