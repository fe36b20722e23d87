using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Rates;

/// <summary>The spikes of a layer for one batch, a bit each.</summary>
internal sealed class PackedSpikes : IDisposable
{
    private const int StepsInByte = 8;

    private readonly int _timeSteps;
    private readonly Tensor _bytes; // [T / 8, N, ...], rounded up

    /// <summary>Allocates them; their values are undefined until they are written.</summary>
    /// <param name="timeSteps">T.</param>
    /// <param name="shape">[N, ...].</param>
    /// <param name="device">Where they are.</param>
    public PackedSpikes(int timeSteps, long[] shape, Device device)
    {
        _timeSteps = timeSteps;
        _bytes = empty([(timeSteps + StepsInByte - 1) / StepsInByte, .. shape], ScalarType.Byte, device);
    }

    /// <summary>Writes the spikes of some rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="spikes">[T, rows, ...]: zeros and ones.</param>
    public void Write(long first, Tensor spikes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor powers = tensor([1f, 2f, 4f, 8f, 16f, 32f, 64f, 128f], spikes.dtype, spikes.device);
        Tensor rows = _bytes.narrow(1, first, spikes.shape[1]);
        for (int group = 0, step = 0; step < _timeSteps; group++, step += StepsInByte)
        {
            int count = Math.Min(StepsInByte, _timeSteps - step);
            Tensor sums = powers.narrow(0, 0, count).unsqueeze(0).mm(spikes.narrow(0, step, count).flatten(1));
            rows[group].copy_(sums.view(spikes.shape[1..]));
        }
    }

    /// <summary>Reads the spikes of some rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="height">The value of a spike.</param>
    /// <param name="type">The type of the result.</param>
    /// <returns>[T, rows, ...].</returns>
    public Tensor Read(long first, long count, double height, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = _bytes.narrow(1, first, count);
        Tensor result = empty([_timeSteps, .. rows.shape[1..]], type, _bytes.device);
        Tensor one = tensor((byte)1, device: _bytes.device);
        for (int step = 0; step < _timeSteps; step++)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor bits = rows[step / StepsInByte]
                .bitwise_right_shift(tensor((byte)(step % StepsInByte), device: _bytes.device)).bitwise_and(one);
            result[step].copy_(bits);
        }
        return (height == 1 ? result : result.Multiply(height)).MoveToOuterDisposeScope();
    }

    public void Dispose() => _bytes.Dispose();
}
