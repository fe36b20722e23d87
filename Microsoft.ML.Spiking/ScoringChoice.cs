using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The user's choice of what scores rows; its default is managed code.</summary>
/// <param name="Backend">Managed code or libtorch.</param>
/// <param name="Device">The kind of device.</param>
/// <param name="CudaDeviceIndex">Which CUDA device, from 0.</param>
internal readonly record struct ScoringChoice(ScoringBackend Backend, ComputeDevice Device, int CudaDeviceIndex)
{
    /// <summary>Returns what is wrong with the choice, in a sentence, or null if nothing is.</summary>
    public string? Fault() => this switch
    {
        _ when !Enum.IsDefined(Backend) =>
            $"The scoring backend is {Backend}; it must be one of " +
            $"{string.Join(", ", Enum.GetNames<ScoringBackend>())}.",
        _ when !Enum.IsDefined(Device) =>
            $"The scoring device is {Device}; it must be one of {string.Join(", ", Enum.GetNames<ComputeDevice>())}.",
        { CudaDeviceIndex: < 0 } => Invariant($"The CUDA device index is {CudaDeviceIndex}; it must be at least 0."),
        { Backend: ScoringBackend.Managed, Device: ComputeDevice.Cuda } =>
            "ScoringBackend.Managed scores on the processor, not on CUDA; choose ScoringBackend.Torch, or another " +
            "device.",
        _ => null,
    };

    /// <summary>Checks that <see cref="Source"/> will find the device and the native library that it needs.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public void Check()
    {
        if (Backend == ScoringBackend.Torch)
        {
            TorchWorker.On(Device, CudaDeviceIndex);
        }
    }

    /// <summary>
    /// Returns how the scorer of a network is made. Nothing is made yet, but libtorch and the device have been found if
    /// they are needed.
    /// </summary>
    /// <exception cref="ArgumentException">The choice contradicts itself.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is no such CUDA device, or libtorch cannot be loaded.
    /// </exception>
    public ScorerSource Source(NetworkDefinition network, NetworkWeights weights)
    {
        if (Fault() is string fault)
        {
            throw new ArgumentException(fault);
        }
        return FindWorker() is TorchWorker worker
            ? new(Backend, () => new TorchScorer(network, weights, worker), TorchExecutor.RowsAtOnce(network, worker),
                IsNative: true)
            : ScorerSource.Managed(() => new ManagedScorer(network, weights), Backend);
    }

    private TorchWorker? FindWorker()
    {
        switch (Backend, Device)
        {
            case (ScoringBackend.Torch, _):
                return TorchWorker.On(Device, CudaDeviceIndex);
            case (ScoringBackend.Auto, ComputeDevice.Cuda):
                try
                {
                    return TorchWorker.On(Device, CudaDeviceIndex);
                }
                catch (InvalidOperationException)
                {
                    return null; // Auto promises managed code then
                }
            default:
                return null;
        }
    }
}

/// <summary>The executor that uses libtorch, as what scores.</summary>
internal sealed class TorchScorer(NetworkDefinition network, NetworkWeights weights, TorchWorker worker) : IScorer
{
    private readonly TorchExecutor _executor = new(network, weights, worker);

    public int FeatureCount => network.InputSize;

    public int ClassCount => network.ClassCount;

    public void Score(ReadOnlySpan<float> features, int rows, Span<float> scores)
    {
        ScoreArguments.Check(this, features, rows, scores);
        _executor.Run(features, rows, scores);
        for (int row = 0; row < rows; row++)
        {
            Span<float> own = scores.Slice(row * ClassCount, ClassCount);
            if (ScoreArguments.AreFinite(features.Slice(row * FeatureCount, FeatureCount)))
            {
                Softmax.Apply(own, own);
            }
            else
            {
                own.Fill(float.NaN);
            }
        }
    }

    public void Dispose() => _executor.Dispose();
}
