using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// The memory of activations, used again from one batch to the next: fresh memory of this size costs page faults, which
/// take longer than a neuron's arithmetic. float32, on the CPU. Not for several threads at once.
/// </summary>
internal sealed class ActivationBuffers : IDisposable
{
    // A buffer may be so many times larger than what is asked for, as with the last batch of an epoch.
    private const long LargestExcess = 2;

    private readonly List<Tensor> _free = [];
    private readonly List<Tensor> _used = [];

    /// <summary>Values in all buffers.</summary>
    public long Length => _free.Concat(_used).Sum(buffer => buffer.numel());

    /// <summary>A contiguous tensor with any content, good until <see cref="Release"/>; the scope's.</summary>
    public Tensor Rent(long[] shape)
    {
        long length = shape.Aggregate(1L, (product, side) => product * side);
        Tensor buffer = Take(length) ?? empty(shape, ScalarType.Float32, CPU).DetachFromDisposeScope();
        _used.Add(buffer);
        if (buffer.shape.AsSpan().SequenceEqual(shape))
        {
            return buffer.detach();
        }
        using Tensor flat = buffer.view(-1);
        using Tensor part = flat.narrow(0, 0, length);
        using Tensor shaped = part.view(shape);
        return shaped.detach(); // no view to autograd, which would follow it to the buffer
    }

    /// <summary>Ends a batch: its buffers are free, and those that it did not use are given back.</summary>
    public void Release()
    {
        DisposeAll(_free);
        _free.AddRange(_used);
        _used.Clear();
    }

    public void Dispose()
    {
        DisposeAll(_free);
        DisposeAll(_used);
    }

    /// <summary>The smallest free buffer that suits.</summary>
    private Tensor? Take(long length)
    {
        int best = -1;
        for (int i = 0; i < _free.Count; i++)
        {
            long found = _free[i].numel();
            if (found >= length && found <= LargestExcess * length && (best < 0 || found < _free[best].numel()))
            {
                best = i;
            }
        }
        if (best < 0)
        {
            return null;
        }
        Tensor buffer = _free[best];
        _free.RemoveAt(best); // by its place: tensors are equal when their values are, which takes a look at all
        return buffer;
    }

    private static void DisposeAll(List<Tensor> buffers)
    {
        buffers.ForEach(buffer => buffer.Dispose());
        buffers.Clear();
    }
}
