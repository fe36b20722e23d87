using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Optimizers;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using Microsoft.ML.Spiking.Training.Torch.Rates;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch;

/// <summary>
/// A trainable network in tensors, built from a <see cref="NetworkDefinition"/>. It runs layer by layer over all time
/// steps; layers before the first neuron run once where the input is the same at every step.
/// </summary>
internal sealed class TorchNetwork : IDisposable
{
    private readonly TorchEncoder _encoder;
    private readonly TorchLayer _layers;
    private readonly TorchSparseInput? _sparse;
    private readonly TorchSequence? _behindSparse;
    private readonly TorchSequence? _behindFixed;

    /// <summary>Builds the network; its weights are undefined until <see cref="TorchParameters.Import"/>.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="device">The device of its arrays.</param>
    /// <param name="type">float32 in training; float64 in tests.</param>
    /// <param name="activationCheckpointing">
    /// Whether most values of a batch are computed a second time instead of kept.
    /// </param>
    /// <param name="gradientHorizon">The steps back that the gradient of a spike goes; null for all.</param>
    /// <param name="kernels">The device's CUDA kernels; null for those that the process has for it, if any.</param>
    /// <param name="sparse">
    /// The first layers, if they are to take sparse rows; then the weight lies input by input. Null for dense rows
    /// alone.
    /// </param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be trained; the message names it.</exception>
    public TorchNetwork(NetworkDefinition definition, Device device, ScalarType type = ScalarType.Float32,
        bool activationCheckpointing = false, int? gradientHorizon = null, CudaKernels? kernels = null,
        SparseFirstLayer? sparse = null)
    {
        kernels ??= CudaUse.KernelsOf(device);
        Definition = definition;
        Kernels = kernels;
        Parameters = new(definition, device, type, sparse?.Linear.WeightName);
        _encoder = new(definition, kernels);
        if (RateNetwork.Suits(definition))
        {
            _layers = new RateNetwork(definition, Parameters, kernels);
            return;
        }
        TorchSequence layers =
            TorchLayerFactory.Create(definition, Parameters, activationCheckpointing, gradientHorizon, kernels);
        _layers = layers;
        // In segments there is no sequence of single layers, and none is skipped.
        _behindFixed = activationCheckpointing ? null : new([.. layers.Layers.Skip(FixedLayers.CountIn(definition))]);
        if (sparse is not null)
        {
            _sparse = new(sparse, Parameters);
            _behindSparse = new([.. layers.Layers.Skip(sparse.Layers)]);
        }
    }

    public NetworkDefinition Definition { get; }

    public TorchParameters Parameters { get; }

    /// <summary>Gets the device's CUDA kernels; null for none.</summary>
    public CudaKernels? Kernels { get; }

    /// <summary>Gets the gradient that sparse rows give; null where the network takes dense rows alone.</summary>
    public ColumnGradient? Columns => _sparse?.Gradient;

    /// <summary>Computes the logits of every time step.</summary>
    /// <param name="batch">
    /// The rows; sparse ones where the network was built for them, encoded ones where it computes in float32.
    /// </param>
    /// <param name="pass">Training or evaluation.</param>
    /// <returns>[T, N, classes], in the type of the parameters.</returns>
    public Tensor Forward(Batch batch, ForwardPass pass)
    {
        if (batch is { Sparse: null, Encoded: null })
        {
            return Forward(batch.Features, pass);
        }
        using DisposeScope scope = NewDisposeScope();
        if (batch.Sparse is not { } rows)
        {
            return Logits(_behindFixed!.Forward(new(batch.Encoded!, IsConstant: true), pass))
                .MoveToOuterDisposeScope();
        }
        return Logits(_behindSparse!.Forward(_sparse!.Forward(rows), pass)).MoveToOuterDisposeScope();
    }

    /// <summary>Computes the logits of every time step.</summary>
    /// <param name="input">[N, features] or [N, ...row shape].</param>
    /// <param name="pass">Training or evaluation.</param>
    /// <returns>[T, N, classes], in the type of the parameters.</returns>
    public Tensor Forward(Tensor input, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        return Logits(_layers.Forward(_encoder.Encode(input, pass), pass)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        (_layers as IDisposable)?.Dispose();
        Parameters.Dispose();
    }

    private Tensor Logits(TorchSignal signal)
    {
        Tensor logits = signal.IsConstant
            ? signal.Values.unsqueeze(0).expand(Definition.TimeSteps, -1, -1)
            : signal.Values;
        return logits.dtype == Parameters.Type ? logits : logits.to_type(Parameters.Type);
    }
}
