using System.Diagnostics;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Feed;

/// <summary>
/// One pass over the rows, in batches: while batches are trained on, the next is prepared in another buffer, on a
/// thread of the pool. One batch is prepared at a time, in the rows' order, so the batches are the same as without
/// preparation. An exception while reading is thrown when its batch is taken.
/// </summary>
internal sealed class PreparedBatches : IDisposable
{
    private readonly IRowReader _reader;
    private readonly int _epoch;
    private readonly int _batchSize;
    private readonly int _stride;
    private readonly CancellationToken _token;
    private readonly IReadOnlyList<BatchBuffer> _buffers;
    private long _number; // of the next batch to fill, from 0
    private long _passed; // batches that the reader has passed
    private int _next;
    private Task<bool> _preparation;

    /// <summary>Begins to prepare the first batch.</summary>
    /// <param name="reader">The rows; disposed with this.</param>
    /// <param name="buffers">At least two buffers, which stay the caller's; filled in turn.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="batchSize">Rows of a full batch.</param>
    /// <param name="skip">Batches to skip at the beginning.</param>
    /// <param name="token">Checked between batches that are skipped.</param>
    /// <param name="stride">One of so many batches is taken: the first, and then each that many after it.</param>
    public PreparedBatches(
        IRowReader reader, IReadOnlyList<BatchBuffer> buffers, int epoch, int batchSize, long skip,
        CancellationToken token, int stride = 1)
    {
        _reader = reader;
        _epoch = epoch;
        _batchSize = batchSize;
        _buffers = buffers;
        _number = skip;
        _stride = stride;
        _token = token;
        _preparation = Task.Run(() => Fill(_buffers[0]), CancellationToken.None);
    }

    /// <summary>Gets the time that <see cref="TryTake"/> has waited for rows.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>
    /// Takes the next batch, valid until as many more are taken as there are buffers, less one. Its tensors belong to
    /// the caller's dispose scope.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="device">The device of its tensors; null for that of the buffers.</param>
    /// <returns>Whether there were rows left.</returns>
    public bool TryTake(out Batch batch, Device? device = null)
    {
        long started = Stopwatch.GetTimestamp();
        bool isFilled = _preparation.GetAwaiter().GetResult();
        Waited += Stopwatch.GetElapsedTime(started);
        if (!isFilled)
        {
            batch = default;
            return false;
        }
        batch = _buffers[_next].Take(device);
        _next = (_next + 1) % _buffers.Count;
        BatchBuffer buffer = _buffers[_next];
        _preparation = Task.Run(() => Fill(buffer), CancellationToken.None);
        return true;
    }

    /// <summary>Waits for the batch that is being prepared and ignores its exceptions.</summary>
    public void Dispose()
    {
        try
        {
            _preparation.Wait();
        }
        catch (AggregateException)
        {
        }
        _reader.Dispose();
    }

    // Called one at a time, so the count of batches needs no lock.
    private bool Fill(BatchBuffer buffer)
    {
        for (; _passed < _number; _passed++)
        {
            _token.ThrowIfCancellationRequested();
            _reader.Skip(_batchSize);
        }
        _passed++;
        long first = _number * _batchSize;
        _number += _stride;
        return buffer.Fill(_reader, _epoch, first);
    }
}
