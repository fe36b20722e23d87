using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>
/// Scoring with libtorch, many rows at once, on the CPU or a CUDA device. Thread-safe; calls run one after the other.
/// </summary>
internal sealed class TorchExecutor : IDisposable
{
    // Floats of the widest layer over all steps: 64 MB, of which a pass holds a few; 1 GB on a CUDA device.
    private const long CpuFloats = 1 << 24;
    private const long CudaFloats = 1 << 28;

    private readonly NetworkDefinition _definition;
    private readonly TorchWorker _worker;
    private readonly TorchNetwork _network;
    private readonly int _mostRows;
    private bool _disposed; // read and written by the worker alone

    /// <summary>Copies the network to the worker's device.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="worker">The worker that runs it, with its device.</param>
    /// <param name="mostRows">Maximum rows of one pass; null for <see cref="RowsAtOnce"/>.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public TorchExecutor(NetworkDefinition definition, NetworkWeights weights, TorchWorker worker, int? mostRows = null)
    {
        _definition = definition;
        _worker = worker;
        _mostRows = mostRows ?? RowsAtOnce(definition, worker);
        TorchNetwork? network = null;
        worker.Run(() =>
        {
            network = new TorchNetwork(definition, worker.Device);
            network.Parameters.Import(weights);
        });
        _network = network!;
    }

    /// <summary>Returns the number of rows of a pass that keeps the values between layers small.</summary>
    public static int RowsAtOnce(NetworkDefinition definition, TorchWorker worker)
    {
        long budget = worker.Device.type == DeviceType.CPU ? CpuFloats : CudaFloats;
        long widest = (long)definition.TimeSteps * Widest(definition.Layers, definition.InputSignal);
        return (int)Math.Clamp(budget / widest, 1, 1 << 13);
    }

    /// <summary>
    /// Computes the mean logits over the time steps. Other rows of the call affect a row by rounding at most.
    /// </summary>
    /// <param name="features">[rows, features], row-major.</param>
    /// <param name="rows">Number of rows, 0 allowed.</param>
    /// <param name="logits">[rows, classes], row-major.</param>
    /// <exception cref="ObjectDisposedException">The executor has been disposed.</exception>
    /// <exception cref="InsufficientMemoryException">The device has too little memory.</exception>
    public unsafe void Run(ReadOnlySpan<float> features, int rows, Span<float> logits)
    {
        int inputs = _definition.InputSize, classes = _definition.ClassCount;
        fixed (float* first = features[..(rows * inputs)], target = logits[..(rows * classes)])
        {
            float* from = first, to = target; // pinned while this call waits for the worker
            _worker.Run(() =>
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                for (int row = 0; row < rows; row += _mostRows)
                {
                    int count = Math.Min(_mostRows, rows - row);
                    try
                    {
                        Pass(new(from + ((long)row * inputs), count * inputs), count,
                            new(to + ((long)row * classes), count * classes));
                    }
                    catch (Exception fault)
                        when (MemoryShortage.ExplainScoring(fault, _definition, count) is { } shortage)
                    {
                        throw shortage;
                    }
                }
            });
        }
    }

    /// <summary>Frees the network's memory after the calls under way.</summary>
    public void Dispose() => _worker.Run(() =>
    {
        _disposed = true;
        _network.Dispose();
    });

    private void Pass(ReadOnlySpan<float> features, int rows, Span<float> logits)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using IDisposable? products = TensorFloat32.Use(_worker.Device, isAllowed: false);
        Tensor input = empty([rows, _definition.InputSize], ScalarType.Float32, CPU);
        features.CopyTo(TensorMemory.Values(input));
        Tensor steps = _network.Forward(input.to(_worker.Device), ForwardPass.Evaluation); // [T, N, classes]
        Tensor output = DeviceWait.ToCpu(steps.mean([0])).contiguous();
        TensorMemory.Values(output).CopyTo(logits);
    }

    private static int Widest(IReadOnlyList<Layer> layers, Signal input)
    {
        int widest = input.Size;
        Signal signal = input;
        foreach (Layer layer in layers)
        {
            if (layer is ResidualLayer residual)
            {
                widest = Math.Max(widest, Math.Max(Widest(residual.Main, signal), Widest(residual.Shortcut, signal)));
            }
            signal = layer.Infer(signal);
            widest = Math.Max(widest, signal.Size);
        }
        return widest;
    }
}
