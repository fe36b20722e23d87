using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;


namespace Microsoft.ML.Spiking;

/// <summary>What scores a network, for what the user chose.</summary>
internal static class ScorerSources
{
    /// <summary>The scorer for that choice; nothing is made yet, but it is certain that libtorch is there if it is needed.</summary>
    /// <exception cref="ArgumentException">The choice contradicts itself.</exception>
    /// <exception cref="InvalidOperationException">There is no such CUDA device, or libtorch cannot be loaded.</exception>
    public static ScorerSource Of(NetworkDefinition network, NetworkWeights weights, ScoringChoice choice)
    {
        if (choice.Fault() is string fault)
        {
            throw new ArgumentException(fault);
        }
        return (choice.Backend, choice.Device) switch
        {
            (ScoringBackend.Torch, _) => Torch(network, weights, choice),
            (ScoringBackend.Auto, ComputeDevice.Cuda) => TorchIfThere(network, weights, choice),
            _ => Managed(network, weights),
        };
    }

    /// <summary>Makes sure that <see cref="Of"/> will find what it needs.</summary>
    /// <exception cref="InvalidOperationException">There is no such CUDA device, or libtorch cannot be loaded.</exception>
    public static void Check(ScoringChoice choice)
    {
        if (choice.Backend == ScoringBackend.Torch)
        {
            TorchWorker.On(choice.Device, choice.CudaDeviceIndex);
        }
    }

    /// <summary>The scorer of a model that nobody has chosen one for.</summary>
    public static ScorerSource Managed(NetworkDefinition network, NetworkWeights weights) =>
        ScorerSource.Managed(() => new ManagedScorer(network, weights));

    private static ScorerSource Torch(NetworkDefinition network, NetworkWeights weights, ScoringChoice choice)
    {
        TorchWorker worker = TorchWorker.On(choice.Device, choice.CudaDeviceIndex);
        return new(() => new TorchScorer(network, weights, worker), TorchExecutor.RowsAtOnce(network, worker));
    }

    private static ScorerSource TorchIfThere(NetworkDefinition network, NetworkWeights weights, ScoringChoice choice)
    {
        try
        {
            return Torch(network, weights, choice);
        }
        catch (InvalidOperationException)
        {
            return Managed(network, weights);
        }
    }
}
