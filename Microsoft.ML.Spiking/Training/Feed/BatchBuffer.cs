using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Training.Augmentation;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// The memory of a batch, reused for every batch: rows are written straight into the tensors. On a CUDA device the
/// tensors of a batch are copies, made from pinned memory while the training goes on; filling the buffer again waits
/// for them.
/// </summary>
internal sealed class BatchBuffer : IDisposable
{
    private readonly Device _device;
    private readonly float[]? _classWeights;
    private readonly BatchAugmenter? _augmenter;
    private readonly SparseRows? _sparse;
    private readonly FixedLayers? _fixed;
    private readonly Tensor? _encoded; // [batch, outputs of the fixed layers]
    private readonly Tensor _features; // [batch, features]; [batch, 0] where the rows are sparse
    private readonly Tensor _labels;   // [batch]
    private readonly Tensor _weights;  // [batch]
    private readonly Tensor _shares;   // [batch]
    private readonly Func<Device, CudaKernels?> _kernelsOf;
    private readonly Dictionary<int, CopyMark?> _marks = []; // by device; null where it has no kernels
    private int _rows;

    /// <param name="batchSize">Rows of a full batch.</param>
    /// <param name="featureCount">Values in a row.</param>
    /// <param name="classWeights">One for each class, multiplied into the rows' weights; null for none.</param>
    /// <param name="device">The device of the batches.</param>
    /// <param name="augmenter">Changes the rows; null to leave them as they are.</param>
    /// <param name="isSparse">Whether rows are given as their values that are not zero; not with an augmenter.</param>
    /// <param name="kernelsOf">Gives a device's kernels, null where there are none; <see cref="CudaUse"/>'s.</param>
    /// <param name="fixedLayers">The layers that rows pass through here; null for none. On the CPU alone.</param>
    /// <exception cref="InvalidOperationException">A batch would take 2 GB or more.</exception>
    public BatchBuffer(
        int batchSize, int featureCount, float[]? classWeights, Device device, BatchAugmenter? augmenter = null,
        bool isSparse = false, Func<Device, CudaKernels?>? kernelsOf = null, FixedLayers? fixedLayers = null)
    {
        int width = Math.Max(isSparse ? 0 : featureCount, fixedLayers?.OutputSize ?? 0);
        if ((long)batchSize * width * sizeof(float) > int.MaxValue)
        {
            throw new InvalidOperationException(
                $"A batch of {batchSize} rows of {width} features takes more than 2 GB; use a smaller batch size.");
        }
        _device = device;
        _classWeights = classWeights;
        _augmenter = augmenter;
        _kernelsOf = kernelsOf ?? CudaUse.KernelsOf;
        _sparse = isSparse ? new() : null;
        _fixed = fixedLayers;
        _encoded = fixedLayers is null ? null
            : Kept(zeros([batchSize, fixedLayers.OutputSize], ScalarType.Float32, CPU));
        _features = Kept(zeros([batchSize, isSparse ? 0 : featureCount], ScalarType.Float32, CPU));
        _labels = Kept(zeros([batchSize], ScalarType.Int64, CPU));
        _weights = Kept(ones([batchSize], ScalarType.Float32, CPU));
        _shares = Kept(ones([batchSize], ScalarType.Float32, CPU));
    }

    /// <summary>Gets the rows of a full batch.</summary>
    public int Size => (int)_features.shape[0];

    /// <summary>Reads the next batch. Its tensors belong to the caller's dispose scope.</summary>
    /// <param name="reader">The source of the rows.</param>
    /// <param name="batch">The batch, valid until the next call.</param>
    /// <param name="epoch">The epoch, from 1; augmentation depends on it.</param>
    /// <param name="firstRow">The first row's position in the epoch; augmentation depends on it.</param>
    /// <returns>Whether there were rows left.</returns>
    public bool TryRead(IRowReader reader, out Batch batch, int epoch = 0, long firstRow = 0)
    {
        bool isFilled = Fill(reader, epoch, firstRow);
        batch = isFilled ? Take() : default;
        return isFilled;
    }

    /// <summary>Reads the next batch into the buffer. Any thread may do this while no other uses the buffer.</summary>
    /// <param name="reader">The source of the rows.</param>
    /// <param name="epoch">The epoch, from 1; augmentation depends on it.</param>
    /// <param name="firstRow">The first row's position in the epoch; augmentation depends on it.</param>
    /// <returns>Whether there were rows left.</returns>
    public bool Fill(IRowReader reader, int epoch = 0, long firstRow = 0)
    {
        foreach (CopyMark? mark in _marks.Values)
        {
            mark?.Wait();
        }
        Span<float> features = _sparse is null ? TensorMemory.Values(_features) : [];
        Span<long> labels = MemoryMarshal.Cast<byte, long>(_labels.bytes);
        Span<float> weights = TensorMemory.Values(_weights);
        _sparse?.Clear();
        _rows = _sparse is null ? reader.Read(features, labels, weights) : reader.Read(_sparse, labels, weights);
        labels = labels[.._rows];
        weights = weights[.._rows];
        if (_classWeights is not null)
        {
            for (int row = 0; row < weights.Length; row++)
            {
                weights[row] *= _classWeights[labels[row]];
            }
        }
        if (_augmenter is not null && _rows > 0)
        {
            double[] shares = new double[_rows];
            _augmenter.Apply(features[..(_rows * (int)_features.shape[1])], epoch, firstRow, shares);
            MixWeights(weights, TensorMemory.Values(_shares), shares);
        }
        _fixed?.Run(features, _rows, TensorMemory.Values(_encoded!), epoch, firstRow);
        return _rows > 0;
    }

    /// <summary>
    /// Returns the batch that <see cref="Fill"/> has read, valid until it is called again. Its tensors belong to the
    /// caller's dispose scope.
    /// </summary>
    /// <param name="device">The device of its tensors; null for that of the buffer.</param>
    public Batch Take(Device? device = null)
    {
        device ??= _device;
        ReadOnlySpan<float> weights = TensorMemory.Values(_weights)[.._rows];
        bool isUniform = weights.IndexOfAnyExcept(weights[0]) < 0;
        CopyMark? mark = MarkOf(device);
        var batch = new Batch(_rows, Ready(_features), Ready(_labels), isUniform ? null : Ready(_weights), Sum(weights))
        {
            Sparse = _sparse,
            Encoded = _encoded is null ? null : Ready(_encoded),
            Shares = _augmenter is { Mixes: true } ? Ready(_shares) : null,
        };
        mark?.Set();
        return batch;

        // Without a mark nothing would say when the copy has been made, so that it is waited for.
        Tensor Ready(Tensor whole)
        {
            Tensor part = whole.narrow(0, 0, _rows);
            return device.type == DeviceType.CPU ? part : part.to(device, non_blocking: mark is not null);
        }
    }

    public void Dispose()
    {
        foreach (CopyMark? mark in _marks.Values)
        {
            mark?.Dispose();
        }
        _encoded?.Dispose();
        _features.Dispose();
        _labels.Dispose();
        _weights.Dispose();
        _shares.Dispose();
    }

    private CopyMark? MarkOf(Device device)
    {
        if (!_marks.TryGetValue(device.index, out CopyMark? mark))
        {
            mark = _kernelsOf(device) is CudaKernels kernels ? new(kernels) : null;
            _marks.Add(device.index, mark);
        }
        return mark;
    }

    private Tensor Kept(Tensor pageable)
    {
        if (_device.type == DeviceType.CPU)
        {
            return pageable.DetachFromDisposeScope();
        }
        using (pageable)
        {
            return pageable.pin_memory().DetachFromDisposeScope();
        }
    }

    /// <summary>Gives each part of a mixed row the weight of the row that it comes from.</summary>
    private static void MixWeights(Span<float> weights, Span<float> ownShares, double[] shares)
    {
        float last = weights[^1];
        for (int row = weights.Length - 1; row >= 0; row--)
        {
            double own = shares[row] * weights[row];
            double total = own + ((1 - shares[row]) * (row == 0 ? last : weights[row - 1]));
            ownShares[row] = (float)(own / total);
            weights[row] = (float)total;
        }
    }

    private static double Sum(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (float weight in weights)
        {
            sum += weight;
        }
        return sum;
    }
}

/// <summary>Several buffers, filled in turn.</summary>
internal sealed class BatchBuffers : IDisposable
{
    private readonly List<BatchBuffer> _all = [];

    /// <param name="count">How many, at least 2.</param>
    /// <param name="create">Creates one.</param>
    public BatchBuffers(int count, Func<BatchBuffer> create)
    {
        try
        {
            while (_all.Count < count)
            {
                _all.Add(create());
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<BatchBuffer> All => _all;

    public void Dispose() => _all.ForEach(buffer => buffer.Dispose());
}
