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
    private readonly Tensor _places;

    /// <summary>Allocates them; their values are undefined until they are written.</summary>
    /// <param name="timeSteps">T.</param>
    /// <param name="shape">[N, ...].</param>
    /// <param name="places"><see cref="Places"/> of their device.</param>
    public PackedSpikes(int timeSteps, long[] shape, Tensor places)
    {
        _timeSteps = timeSteps;
        _places = places;
        _bytes = empty([(timeSteps + StepsInByte - 1) / StepsInByte, .. shape], ScalarType.Byte, places.device);
    }

    /// <summary>
    /// Makes the bit of each step in a byte, [8], for all spikes of a device; waits for it. No dispose scope owns them.
    /// </summary>
    public static Tensor Places(Device device)
    {
        using Tensor bits = DeviceWait.Constant([1, 2, 4, 8, 16, 32, 64, 128], device);
        return bits.to_type(ScalarType.Byte).DetachFromDisposeScope();
    }

    /// <summary>Writes the spikes of some rows.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="spikes">[T, rows, ...]: zeros and ones.</param>
    public void Write(long first, Tensor spikes)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor powers = _places.to_type(spikes.dtype).unsqueeze(0);
        Tensor rows = _bytes.narrow(1, first, spikes.shape[1]);
        for (int group = 0, step = 0; step < _timeSteps; group++, step += StepsInByte)
        {
            int count = Math.Min(StepsInByte, _timeSteps - step);
            Tensor sums = powers.narrow(1, 0, count).mm(spikes.narrow(0, step, count).flatten(1));
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
        Tensor places = _places.view([-1, .. Enumerable.Repeat(1L, rows.shape.Length - 1)]);
        for (int group = 0, step = 0; step < _timeSteps; group++, step += StepsInByte)
        {
            using DisposeScope inner = NewDisposeScope();
            int steps = Math.Min(StepsInByte, _timeSteps - step);
            Tensor bits = rows[group].bitwise_and(places.narrow(0, 0, steps));
            result.narrow(0, step, steps).copy_(bits.to_type(ScalarType.Bool));
        }
        return (height == 1 ? result : result.Multiply(height)).MoveToOuterDisposeScope();
    }

    public void Dispose() => _bytes.Dispose();
}
