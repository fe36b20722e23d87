using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Neurons and the row-by-row layers after them, run on a few rows at a time: only the output is kept, and the backward
/// pass computes the values in between again from the input. The results are the same to the last bit.
/// </summary>
/// <param name="layers">Neurons, then layers that treat each row separately.</param>
/// <param name="timeSteps">T.</param>
/// <param name="learned">
/// The neurons' learned values; where there are any, all rows are one slice, because their gradients are sums over all.
/// </param>
/// <param name="valuesInSlice">
/// Maximum input values of a slice of several rows; null for a number that suits the device.
/// </param>
internal sealed class TorchRowSlices(
    TorchSequence layers, int timeSteps, IReadOnlyList<Tensor> learned, long? valuesInSlice = null) : TorchLayer
{
    // 4 MB of float32 stay in the cache; a GPU needs more at a time to be busy.
    private const long SliceOnCpu = 1 << 20;
    private const long SliceOnGpu = 1 << 24;

    private long[] _outputRow = []; // [...] of [T, N, ...]
    private bool _isChannelsLast;

    /// <summary>Gets the learned values.</summary>
    public IReadOnlyList<Tensor> Learned => learned;

    public override TorchSignal Forward(TorchSignal input, ForwardPass pass) =>
        new(new RowSlicesOperation(this, input.IsConstant, pass).Run(input.Values), IsConstant: false);

    /// <summary>
    /// Computes the output, [T, N, ...], of an input: [N, ...] where it is constant, else [T, N, ...].
    /// </summary>
    public Tensor Run(Tensor input, bool isConstant, ForwardPass pass)
    {
        Tensor output = layers.Forward(new(input, isConstant), pass).Values;
        _outputRow = output.shape[2..];
        _isChannelsLast = _outputRow.Length == 3 && !output.is_contiguous()
            && MemoryOrder.Has(output, MemoryOrder.ChannelsLast(output.shape));
        return output;
    }

    /// <summary>Allocates the output; its values are undefined.</summary>
    /// <exception cref="InvalidOperationException">No output has been computed yet.</exception>
    public Tensor Empty(Tensor input, bool isConstant)
    {
        if (_outputRow.Length == 0)
        {
            throw new InvalidOperationException("A repetition cannot come first.");
        }
        long[] shape = [timeSteps, input.shape[isConstant ? 0 : 1], .. _outputRow];
        return empty_strided(shape, _isChannelsLast ? MemoryOrder.ChannelsLast(shape) : MemoryOrder.Contiguous(shape),
            input.dtype, input.device);
    }

    /// <summary>Returns the number of rows of a slice.</summary>
    public long RowsInSlice(Tensor input, bool isConstant)
    {
        long rows = input.shape[isConstant ? 0 : 1];
        long valuesInRow = input.numel() * (isConstant ? timeSteps : 1) / rows;
        long most = valuesInSlice ?? (input.device_type == DeviceType.CPU ? SliceOnCpu : SliceOnGpu);
        return learned.Count > 0 ? rows : Math.Clamp(most / valuesInRow, 1, rows);
    }
}
