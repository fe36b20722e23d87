using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The running sums of an epoch, kept on the device and fetched only on demand, because fetching waits for the device.
/// </summary>
internal sealed class EpochTally(Device device) : IDisposable
{
    private readonly Tensor _loss = zeros([], ScalarType.Float64, device).DetachFromDisposeScope();
    private readonly Tensor _correct = zeros([], ScalarType.Int64, device).DetachFromDisposeScope();
    private double _weight;
    private double _knownLoss;   // of batches in the memory of the CPU
    private long _knownCorrect;

    /// <summary>Gets the spikes of each layer.</summary>
    public SpikeTally Spikes { get; } = new(device);

    /// <summary>Gets the number of rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>
    /// Gets the weighted mean loss so far; not finite once one batch's loss was not. Waits for the device.
    /// </summary>
    public double Loss => SumOfLosses / Math.Max(double.Epsilon, _weight);

    /// <summary>Gets the share of the rows classified correctly. Waits for the device.</summary>
    public double Accuracy => (double)SumOfCorrect / Math.Max(1, Rows);

    private double SumOfLosses => _knownLoss + DeviceWait.Item<double>(_loss);

    private long SumOfCorrect => _knownCorrect + DeviceWait.Item<long>(_correct);

    /// <summary>Adds a batch that was trained on.</summary>
    /// <param name="result">Its measurements.</param>
    /// <param name="labels">[N].</param>
    /// <param name="weight">Sum of the rows' weights.</param>
    public void Add(BatchResult result, Tensor labels, double weight)
    {
        if (result.Correct is null)
        {
            Add(result.Loss, result.MeanLogits, labels, weight);
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        _loss.Add(result.Loss, factor: weight);
        _correct.Add(result.Correct);
        _weight += weight;
        Rows += labels.Length(0);
    }

    /// <summary>Adds a batch.</summary>
    /// <param name="loss">The batch's mean loss, a scalar.</param>
    /// <param name="meanLogits">[N, classes], the mean over the time steps.</param>
    /// <param name="labels">[N].</param>
    /// <param name="weight">Sum of the rows' weights.</param>
    public void Add(Tensor loss, Tensor meanLogits, Tensor labels, double weight)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        if (TensorMemory.IsReachable(meanLogits) && TensorMemory.IsReachable(loss))
        {
            Add(TensorMemory.Values(loss)[0], CorrectInMemory(meanLogits, labels), labels.Length(0), weight);
            return;
        }
        _loss.Add(loss, factor: weight);
        _correct.Add(Correct(meanLogits, labels));
        _weight += weight;
        Rows += labels.Length(0);
    }

    /// <summary>Adds a batch that another process has measured.</summary>
    public void Add(BatchShare share)
    {
        Add(share.Loss, share.Correct, share.Rows, share.Weight);
        Spikes.Add(share.Spikes);
    }

    /// <summary>Returns the number of rows classified correctly, a scalar.</summary>
    /// <param name="meanLogits">[N, classes], the mean over the time steps.</param>
    /// <param name="labels">[N].</param>
    public static Tensor Correct(Tensor meanLogits, Tensor labels) => meanLogits.argmax(1).eq(labels).sum();

    /// <summary>Resets all sums to 0.</summary>
    public void Clear()
    {
        _loss.Set(0);
        _correct.Set(0);
        _knownLoss = 0;
        _knownCorrect = 0;
        _weight = 0;
        Rows = 0;
        Spikes.Clear();
    }

    /// <summary>Returns a copy of the sums. Waits for the device.</summary>
    public TallyState Save() => new(
        SumOfLosses, SumOfCorrect, _weight, Rows, Spikes.Save());

    /// <summary>Continues from saved sums.</summary>
    public void Restore(TallyState state)
    {
        _loss.Set(0);
        _correct.Set(0);
        _knownLoss = state.Loss;
        _knownCorrect = state.Correct;
        _weight = state.Weight;
        Rows = state.Rows;
        Spikes.Restore(state.Spikes);
    }

    public void Dispose()
    {
        _loss.Dispose();
        _correct.Dispose();
        Spikes.Dispose();
    }

    private void Add(double loss, long correct, long rows, double weight)
    {
        _knownLoss += loss * weight;
        _knownCorrect += correct;
        _weight += weight;
        Rows += rows;
    }

    private static long CorrectInMemory(Tensor meanLogits, Tensor labels)
    {
        using Tensor rows = meanLogits.contiguous();
        ReadOnlySpan<float> logits = TensorMemory.Values(rows);
        ReadOnlySpan<long> wanted = MemoryMarshal.Cast<byte, long>(labels.bytes);
        int classes = logits.Length / wanted.Length;
        long correct = 0;
        for (int row = 0; row < wanted.Length; row++)
        {
            correct += TensorPrimitives.IndexOfMax(logits.Slice(row * classes, classes)) == wanted[row] ? 1 : 0;
        }
        return correct;
    }
}

/// <summary>The measurements of a batch, on the way from one process to another.</summary>
/// <param name="Loss">The mean loss.</param>
/// <param name="Correct">The rows classified correctly.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Weight">The sum of the rows' weights.</param>
/// <param name="Spikes">The spikes of each layer.</param>
internal sealed record BatchShare(
    float Loss, long Correct, long Rows, double Weight, IReadOnlyList<LayerSpikes> Spikes);
