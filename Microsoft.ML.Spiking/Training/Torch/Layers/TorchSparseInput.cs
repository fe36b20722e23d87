using System.Numerics.Tensors;
using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// y = W (scale x + shift) + b for rows that are mostly zero, on the CPU in float32: the columns of W whose features a
/// row has are added up, and their gradients alone are computed. A feature with a shift is one that every row has.
/// </summary>
/// <param name="layers">The layers that this one stands for.</param>
/// <param name="parameters">The network's arrays; the weight lies input by input.</param>
internal sealed unsafe class TorchSparseInput(SparseFirstLayer layers, TorchParameters parameters)
{
    private const int RowsInChunk = 4;

    private readonly Tensor _weight = parameters[layers.Linear.WeightName];
    private readonly Tensor? _bias = layers.Linear.HasBias ? parameters[layers.Linear.BiasName] : null;
    private readonly Tensor? _scale = layers.Input is null ? null : parameters[layers.Input.ScaleName];
    private readonly Tensor? _shift = layers.Input is null ? null : parameters[layers.Input.ShiftName];
    private readonly SparseRows _rows = new(); // normalized
    private int[]? _shifted;

    public bool HasBias => _bias is not null;

    /// <summary>Gets the weight's gradient of the last backward pass.</summary>
    public ColumnGradient Gradient { get; } = new(parameters[layers.Linear.WeightName]);

    /// <summary>Computes the output of a batch, the same at every step.</summary>
    public TorchSignal Forward(SparseRows rows)
    {
        Normalize(rows);
        var operation = new SparseInputOperation(this, TorchTeam.Current());
        return new(operation.Run(_weight, _bias), IsConstant: true);
    }

    /// <summary>Returns the product of the rows that <see cref="Forward"/> has normalized, [N, outputs].</summary>
    internal Tensor Product(WorkerTeam team)
    {
        int outputs = layers.Linear.Outputs;
        float* weight = Weight, bias = Address(_bias);
        Tensor result = empty([_rows.Count, outputs], ScalarType.Float32, CPU);
        float* target = TensorMemory.Address(result);
        SharedItems.Run(_rows.Count, RowsInChunk, team, (from, to) =>
        {
            for (int row = from; row < to; row++)
            {
                var own = new Span<float>(target + ((long)row * outputs), outputs);
                own.Clear();
                if (bias is not null)
                {
                    new ReadOnlySpan<float>(bias, outputs).CopyTo(own);
                }
                ReadOnlySpan<int> indices = _rows.IndicesOf(row);
                ReadOnlySpan<float> values = _rows.ValuesOf(row);
                for (int i = 0; i < indices.Length; i++)
                {
                    var column = new ReadOnlySpan<float>(weight + ((long)indices[i] * outputs), outputs);
                    TensorPrimitives.FusedMultiplyAdd(column, values[i], own, own);
                }
            }
        });
        return result;
    }

    /// <summary>Computes the weight's gradient by the same rows.</summary>
    /// <param name="upstream">[N, outputs], contiguous.</param>
    /// <param name="team">The threads.</param>
    internal void Backward(Tensor upstream, WorkerTeam team) =>
        Gradient.Take(_rows, TensorMemory.Address(upstream), team);

    // Into a buffer of the layer's own: the gradient is taken before the next batch comes.
    private void Normalize(SparseRows rows)
    {
        float* scale = Address(_scale), shift = Address(_shift);
        int scaleStride = Stride(_scale), shiftStride = Stride(_shift);
        _shifted ??= shift is null ? []
            : [.. Enumerable.Range(0, layers.Linear.Inputs).Where(i => shift[(long)i * shiftStride] != 0)];
        _rows.Clear();
        for (int row = 0; row < rows.Count; row++)
        {
            ReadOnlySpan<int> indices = rows.IndicesOf(row);
            ReadOnlySpan<float> values = rows.ValuesOf(row);
            int next = 0; // of the features with a shift, which a row of zeros has, too
            for (int i = 0; i < indices.Length; i++)
            {
                for (; next < _shifted.Length && _shifted[next] <= indices[i]; next++)
                {
                    if (_shifted[next] < indices[i])
                    {
                        _rows.Append(_shifted[next], shift[(long)_shifted[next] * shiftStride]);
                    }
                }
                float scaled = scale is null ? values[i] : values[i] * scale[(long)indices[i] * scaleStride];
                _rows.Append(indices[i], shift is null ? scaled : scaled + shift[(long)indices[i] * shiftStride]);
            }
            for (; next < _shifted.Length; next++)
            {
                _rows.Append(_shifted[next], shift[(long)_shifted[next] * shiftStride]);
            }
            _rows.EndRow();
        }
    }

    private float* Weight
    {
        get
        {
            using Tensor byInput = _weight.t();
            return TensorMemory.Address(byInput);
        }
    }

    private static float* Address(Tensor? tensor) => tensor is null ? null : TensorMemory.Address(tensor);

    // One constant for all features, or one for each.
    private static int Stride(Tensor? constants) => constants?.numel() > 1 ? 1 : 0;
}
