using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Neurons and what follows them, a few rows at a time: of all their values over the time steps nothing is kept but what
/// leaves, and the way back computes them once more from what arrived. The results are the same to the last bit.
/// </summary>
/// <param name="layers">Neurons, then layers that treat every row by itself.</param>
/// <param name="timeSteps">T.</param>
/// <param name="learned">The neurons' learned values. Their gradients are sums over all rows, which are not cut then.</param>
/// <param name="valuesInSlice">Most values that arrive at the neurons in a slice of several rows; null for what suits the device.</param>
internal sealed class TorchRowSlices(
    TorchSequence layers, int timeSteps, IReadOnlyList<Tensor> learned, long? valuesInSlice = null) : TorchLayer
{
    // 4 MB of float32 stay near the processor; a GPU needs more at a time to be occupied.
    private const long SliceOnCpu = 1 << 20;
    private const long SliceOnGpu = 1 << 24;

    private long[] _outputRow = []; // [...] of [T, N, ...]

    /// <summary>The learned values.</summary>
    public IReadOnlyList<Tensor> Learned => learned;

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        new(new RowSlicesOperation(this, input.IsConstant, pass).Run(input.Values), IsConstant: false);

    /// <summary>What leaves, [T, N, ...], for what arrives: [N, ...] where it is constant, else [T, N, ...].</summary>
    public Tensor Run(Tensor input, bool isConstant, ForwardPass pass)
    {
        Tensor output = layers.Forward(new(input, isConstant), pass).Values;
        _outputRow = output.shape[2..];
        return output;
    }

    /// <summary>Memory for what leaves; its values are undefined.</summary>
    /// <exception cref="InvalidOperationException">Nothing has left yet.</exception>
    public Tensor Empty(Tensor input, bool isConstant) => _outputRow.Length == 0
        ? throw new InvalidOperationException("A repetition cannot come first.")
        : empty([timeSteps, input.shape[isConstant ? 0 : 1], .. _outputRow], input.dtype, input.device);

    /// <summary>How many rows are run at a time.</summary>
    public long RowsInSlice(Tensor input, bool isConstant)
    {
        long rows = input.shape[isConstant ? 0 : 1];
        long valuesInRow = input.numel() * (isConstant ? timeSteps : 1) / rows;
        long most = valuesInSlice ?? (input.device_type == DeviceType.CPU ? SliceOnCpu : SliceOnGpu);
        return learned.Count > 0 ? rows : Math.Clamp(most / valuesInRow, 1, rows);
    }
}
