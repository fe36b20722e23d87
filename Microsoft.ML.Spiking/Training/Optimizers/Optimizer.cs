using Microsoft.ML.Spiking.Numerics.Threading;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// An optimizer, which changes the parameters in place. Its own buffers are all that it allocates beyond a step. Weight
/// decay applies to all trained arrays, including biases and learned neuron values, as in the CLIF authors' code.
/// </summary>
/// <param name="parameters">The trained arrays.</param>
/// <param name="maximumNorm">The norm that all gradients together are limited to; null for no limit.</param>
/// <param name="kernels">The device's kernels, which change all arrays at once; null for one array at a time.</param>
internal abstract class Optimizer(IReadOnlyList<Tensor> parameters, double? maximumNorm, CudaKernels? kernels)
    : IDisposable
{
    private const int ValuesInChunk = 1 << 14; // with gradient and buffers 256 KB

    /// <summary>Creates the optimizer of a training's settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="parameters">The trained arrays, float32 where there are kernels.</param>
    /// <param name="kernels">The device's kernels; null for none.</param>
    public static Optimizer Create(
        TrainingSettings settings, IReadOnlyList<Tensor> parameters, CudaKernels? kernels = null) =>
        settings.Optimizer switch
        {
            OptimizerKind.Sgd => new Sgd(
                parameters, settings.Momentum, settings.WeightDecay, settings.GradientClipping, kernels),
            OptimizerKind.AdamW => new AdamW(parameters, settings.WeightDecay, settings.GradientClipping, kernels),
            _ => throw new NotSupportedException($"The optimizer {settings.Optimizer} is not known."),
        };

    /// <summary>Gets the number of steps since the beginning of the training.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// Gets the state between steps besides <see cref="Steps"/>, by name: one buffer for each parameter.
    /// </summary>
    public abstract IReadOnlyList<KeyValuePair<string, Tensor[]>> Memory { get; }

    /// <summary>
    /// Gets or sets a gradient that is given by columns; null where all are in their parameters. Columns without one
    /// stay as they are, and so does what is kept of them: neither weight decay nor momentum reaches them.
    /// </summary>
    public ColumnGradient? Columns { get; set; }

    /// <summary>Changes the parameters by one step and consumes the gradients.</summary>
    public void Step(double learningRate)
    {
        using IDisposable noGradient = no_grad();
        Steps++;
        BeginStep(learningRate);
        if (kernels is not null)
        {
            StepOnDevice(kernels);
            return;
        }
        if (maximumNorm is double norm)
        {
            GradientClipping.Apply(parameters, norm, Columns);
        }
        for (int i = 0; i < parameters.Count; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            if (parameters[i].grad is Tensor gradient)
            {
                if (IsInMemory(parameters[i], gradient))
                {
                    UpdateInMemory(i, gradient);
                }
                else
                {
                    Update(i, parameters[i], gradient);
                }
                parameters[i].grad = null; // the next backward then stores its gradient instead of adding to this one
            }
            else if (Columns is { Count: > 0 } columns && ReferenceEquals(columns.Parameter, parameters[i]))
            {
                Update(i, columns);
                columns.Clear();
            }
        }
    }

    public void Dispose()
    {
        foreach (Tensor buffer in Memory.SelectMany(pair => pair.Value))
        {
            buffer.Dispose();
        }
    }

    /// <summary>Prepares a step, before its first array.</summary>
    private protected virtual void BeginStep(double learningRate) { }

    /// <summary>Changes one array; the gradient may be overwritten.</summary>
    private protected abstract void Update(int index, Tensor parameter, Tensor gradient);

    /// <summary>Changes some values of an array, in one pass over them. Called on several threads.</summary>
    /// <param name="memory">Where the values and their buffers begin.</param>
    /// <param name="gradient">Their gradient, which may be overwritten.</param>
    private protected abstract void Update(OptimizedMemory memory, Span<float> gradient);

    /// <summary>Changes all arrays that have a gradient, on their device.</summary>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="arrays">The arrays and their buffers, in the order of <see cref="Memory"/>.</param>
    /// <param name="factor">A factor of all gradients, on the device; null for 1.</param>
    private protected abstract void Update(CudaKernels kernels, IReadOnlyList<OptimizedArray> arrays, Tensor? factor);

    // By torch's operations, which pass over the array many times, only where they must.
    private static bool IsInMemory(Tensor parameter, Tensor gradient) =>
        TensorMemory.IsReachable(parameter) && TensorMemory.IsReachable(gradient) && parameter.is_contiguous();

    private unsafe void UpdateInMemory(int index, Tensor gradient)
    {
        using Tensor contiguous = gradient.contiguous();
        float* slope = TensorMemory.Address(contiguous);
        OptimizedMemory memory = MemoryOf(index);
        long length = contiguous.numel();
        SharedItems.Run((int)((length + ValuesInChunk - 1) / ValuesInChunk), 1, TorchTeam.Current(), (from, to) =>
        {
            for (long start = (long)from * ValuesInChunk; start < Math.Min(length, (long)to * ValuesInChunk);
                start += ValuesInChunk)
            {
                Update(memory.From(start), new(slope + start, (int)Math.Min(ValuesInChunk, length - start)));
            }
        });
    }

    private void Update(int index, ColumnGradient gradient)
    {
        OptimizedMemory memory = MemoryOf(index, isByInput: true);
        gradient.ForEach(TorchTeam.Current(), (column, start) => Update(memory.From(start), gradient[column]));
    }

    /// <summary>Returns the places of an array and its buffers, contiguous or input by input.</summary>
    private unsafe OptimizedMemory MemoryOf(int index, bool isByInput = false)
    {
        IReadOnlyList<KeyValuePair<string, Tensor[]>> buffers = Memory;
        return new(AddressOf(parameters[index]), AddressOfBuffer(0), AddressOfBuffer(1));

        float* AddressOfBuffer(int place) =>
            place < buffers.Count ? AddressOf(buffers[place].Value[index]) : null;

        float* AddressOf(Tensor array)
        {
            using Tensor? byInput = isByInput ? array.t() : null;
            return TensorMemory.Address(byInput ?? array);
        }
    }

    private void StepOnDevice(CudaKernels kernels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[][] buffers = [.. Memory.Select(pair => pair.Value)];
        OptimizedArray[] arrays =
        [
            .. parameters.Select((parameter, i) => (Parameter: parameter, Gradient: parameter.grad, Index: i))
                .Where(array => array.Gradient is not null && array.Parameter.numel() > 0)
                .Select(array => new OptimizedArray(array.Parameter, array.Gradient!.contiguous(),
                    buffers.ElementAtOrDefault(0)?[array.Index], buffers.ElementAtOrDefault(1)?[array.Index])),
        ];
        if (arrays.Length > 0)
        {
            Update(kernels, arrays,
                maximumNorm is double norm ? OptimizerLaunch.ClippingFactor(kernels, arrays, norm) : null);
        }
        foreach (Tensor parameter in parameters)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Allocates a buffer of zeros for each array.</summary>
    private protected static Tensor[] Buffers(IReadOnlyList<Tensor> parameters)
    {
        using IDisposable noGradient = no_grad();
        return [.. parameters.Select(parameter => zeros_like(parameter).DetachFromDisposeScope())];
    }
}

/// <summary>The places, on the CPU in float32, of values that an optimizer changes.</summary>
/// <param name="weights">The values.</param>
/// <param name="first">Their first buffer, in the order of <see cref="Optimizer.Memory"/>; null if none.</param>
/// <param name="second">Their second buffer; null if none.</param>
internal readonly unsafe struct OptimizedMemory(float* weights, float* first, float* second)
{
    public float* Weights => weights;

    public float* First => first;

    public float* Second => second;

    /// <summary>Returns the places of later values.</summary>
    public OptimizedMemory From(long start) =>
        new(weights + start, first is null ? null : first + start, second is null ? null : second + start);
}
