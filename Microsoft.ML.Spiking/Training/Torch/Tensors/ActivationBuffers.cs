using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// The memory of activations, used again from one batch to the next: fresh memory of this size costs page faults, which
/// take longer than a neuron's arithmetic. float32, on the CPU. Not thread-safe.
/// </summary>
/// <remarks>
/// A smaller batch asks for as many buffers as a full one, each of them smaller, and gets the full batch's: the
/// smallest that suits always leaves enough for the requests to come. So the last batch of an epoch, however small,
/// allocates nothing and frees nothing. Freeing large aligned buffers and allocating them again every epoch makes
/// glibc's heap grow.
/// </remarks>
internal sealed class ActivationBuffers : IDisposable
{
    private readonly List<Tensor> _free = [];
    private readonly List<Tensor> _used = [];

    /// <summary>Gets the number of values in all buffers.</summary>
    public long Length => _free.Concat(_used).Sum(buffer => buffer.numel());

    /// <summary>
    /// Returns a contiguous tensor with undefined content. It belongs to the caller's dispose scope, and its memory is
    /// reused after <see cref="Release"/>.
    /// </summary>
    /// <param name="shape">Any shape.</param>
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
        return shaped.detach(); // not a view for autograd, which would keep the whole buffer's history
    }

    /// <summary>
    /// Ends a batch: frees the buffers that it used for the next one, and disposes those that it did not use.
    /// </summary>
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

    /// <summary>Removes the smallest free buffer that is large enough; null if there is none.</summary>
    private Tensor? Take(long length)
    {
        int best = -1;
        for (int i = 0; i < _free.Count; i++)
        {
            long found = _free[i].numel();
            if (found >= length && (best < 0 || found < _free[best].numel()))
            {
                best = i;
            }
        }
        if (best < 0)
        {
            return null;
        }
        Tensor buffer = _free[best];
        _free.RemoveAt(best); // by index: comparing tensors compares all their values
        return buffer;
    }

    private static void DisposeAll(List<Tensor> buffers)
    {
        buffers.ForEach(buffer => buffer.Dispose());
        buffers.Clear();
    }
}
