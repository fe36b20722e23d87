using Microsoft.ML.Spiking.Training.Checkpoints;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>
/// The running sums of an epoch, kept on the device and fetched only on demand, because fetching waits for the device.
/// </summary>
internal sealed class EpochTally(Device device) : IDisposable
{
    private readonly Tensor _loss = zeros([], ScalarType.Float64, device).DetachFromDisposeScope();
    private readonly Tensor _correct = zeros([], ScalarType.Int64, device).DetachFromDisposeScope();
    private double _weight;

    /// <summary>Gets the spikes of each layer.</summary>
    public SpikeTally Spikes { get; } = new(device);

    /// <summary>Gets the number of rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>
    /// Gets the weighted mean loss so far; not finite once one batch's loss was not. Waits for the device.
    /// </summary>
    public double Loss => DeviceWait.Item<double>(_loss) / Math.Max(double.Epsilon, _weight);

    /// <summary>Gets the share of the rows classified correctly. Waits for the device.</summary>
    public double Accuracy => (double)DeviceWait.Item<long>(_correct) / Math.Max(1, Rows);

    /// <summary>Adds a batch.</summary>
    /// <param name="loss">The batch's mean loss, a scalar.</param>
    /// <param name="meanLogits">[N, classes], the mean over the time steps.</param>
    /// <param name="labels">[N].</param>
    /// <param name="weight">Sum of the rows' weights.</param>
    public void Add(Tensor loss, Tensor meanLogits, Tensor labels, double weight)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Add(loss, Correct(meanLogits, labels), labels.shape[0], weight);
    }

    /// <summary>Adds a batch that another process has measured.</summary>
    public void Add(BatchShare share)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Add(tensor(share.Loss, device: device), tensor(share.Correct, device: device), share.Rows, share.Weight);
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
        _weight = 0;
        Rows = 0;
        Spikes.Clear();
    }

    /// <summary>Returns a copy of the sums. Waits for the device.</summary>
    public TallyState Save() => new(
        DeviceWait.Item<double>(_loss), DeviceWait.Item<long>(_correct), _weight, Rows, Spikes.Save());

    /// <summary>Continues from saved sums.</summary>
    public void Restore(TallyState state)
    {
        _loss.Set(state.Loss);
        _correct.Set(state.Correct);
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

    private void Add(Tensor loss, Tensor correct, long rows, double weight)
    {
        _loss.Add(loss, factor: weight);
        _correct.Add(correct);
        _weight += weight;
        Rows += rows;
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
