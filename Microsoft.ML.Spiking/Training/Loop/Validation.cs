using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Ranks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The measurement of a network on the validation rows, in evaluation mode.</summary>
/// <param name="rows">The rows.</param>
/// <param name="buffer">Disposed with this.</param>
/// <param name="device">The network's device.</param>
/// <param name="ranks">The processes that share the rows; null for this one alone.</param>
internal sealed class Validation(RowFeed rows, BatchBuffer buffer, Device device, RankGroup? ranks = null)
    : IDisposable
{
    private static readonly JsonSerializerOptions Json =
        new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly EpochTally _tally = new(device);
    private readonly Tensor _correct =
        zeros([rows.Summary.ClassRows.Count], ScalarType.Int64, device).DetachFromDisposeScope();

    /// <summary>Scores all rows and measures the scores; of several ranks, each scores some of the batches.</summary>
    public ValidationResult Measure(TorchNetwork network, CancellationToken token)
    {
        using IDisposable noGradient = no_grad();
        using IRowReader reader = rows.InOrder();
        _tally.Clear();
        _correct.Set(0);
        var shares = new List<BatchShare>();
        long batches = (rows.Summary.Rows + buffer.Size - 1) / buffer.Size;
        for (long number = 0; number < batches; number++)
        {
            token.ThrowIfCancellationRequested();
            if (ranks is not null && number % ranks.Count != ranks.Rank)
            {
                reader.Skip(buffer.Size);
                continue;
            }
            using DisposeScope scope = NewDisposeScope();
            if (!buffer.TryRead(reader, out Batch batch))
            {
                break;
            }
            Tensor logits = network.Forward(batch, ForwardPass.Evaluation).mean([0]); // [N, classes]
            Tensor loss = MeanLoss(logits, batch);
            Tensor isCorrect = logits.argmax(1).eq(batch.Labels).to_type(ScalarType.Int64);
            _correct.scatter_add_(0, batch.Labels, isCorrect);
            if (ranks is null)
            {
                _tally.Add(loss, logits, batch.Labels, batch.TotalWeight);
            }
            else
            {
                shares.Add(new(DeviceWait.Item<float>(loss), DeviceWait.Item<long>(isCorrect.sum()), batch.Rows,
                    batch.TotalWeight, []));
            }
        }
        using DisposeScope ending = NewDisposeScope();
        long[] correct = DeviceWait.ToCpu(_correct).data<long>().ToArray();
        return Result(ranks is null ? correct : AddShares(ranks, shares, correct));
    }

    public void Dispose()
    {
        _correct.Dispose();
        _tally.Dispose();
        buffer.Dispose();
    }

    // The mean over the rows, by the examples' weights.
    private static Tensor MeanLoss(Tensor logits, Batch batch) => batch.Weights is null
        ? nn.functional.cross_entropy(logits, batch.Labels)
        : (nn.functional.cross_entropy(logits, batch.Labels, reduction: nn.Reduction.None) * batch.Weights).sum()
            / batch.Weights.sum();

    /// <summary>
    /// Adds the batches of all ranks in the order of the rows, and returns their classes' correct rows.
    /// </summary>
    private long[] AddShares(RankGroup group, List<BatchShare> shares, long[] correct)
    {
        Measured[] all =
        [
            .. group.Gather(JsonSerializer.SerializeToUtf8Bytes(new Measured(shares, correct), Json))
                .Select(bytes => JsonSerializer.Deserialize<Measured>(bytes, Json)!),
        ];
        for (int place = 0; place < all[0].Shares.Count; place++)
        {
            foreach (Measured rank in all.Where(rank => place < rank.Shares.Count))
            {
                _tally.Add(rank.Shares[place]);
            }
        }
        return [.. correct.Select((_, c) => all.Sum(rank => rank.Correct[c]))];
    }

    private ValidationResult Result(long[] correct)
    {
        double macro = correct.Zip(rows.Summary.ClassRows)
            .Where(of => of.Second > 0)
            .Average(of => (double)of.First / of.Second);
        return new(_tally.Accuracy, macro, _tally.Loss);
    }

    /// <summary>A rank's measurements.</summary>
    /// <param name="Shares">Its batches.</param>
    /// <param name="Correct">For each class, the rows classified correctly.</param>
    private sealed record Measured(IReadOnlyList<BatchShare> Shares, long[] Correct);
}

/// <summary>A network's measurements on the validation rows. Examples' weights count in the loss alone.</summary>
/// <param name="Accuracy">The share of the rows classified correctly, 0 to 1.</param>
/// <param name="MacroAccuracy">
/// The mean of the classes' shares of rows classified correctly; absent classes do not count.
/// </param>
/// <param name="Loss">Mean cross entropy of the scores (the softmax of the mean logits), by the weights.</param>
internal readonly record struct ValidationResult(double Accuracy, double MacroAccuracy, double Loss);
