using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training;
using Microsoft.ML.Spiking.Training.TorchLayers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// libtorch at its best: each layer once over all time steps, what is the same at every step once, neurons fused.
/// </summary>
internal sealed class LayerByLayer : TorchForm
{
    private readonly TorchNetwork _network;

    public LayerByLayer(NetworkDefinition definition, NetworkWeights weights) : base(definition)
    {
        _network = new(definition, CPU);
        _network.Parameters.Import(weights);
    }

    public override void Dispose() => _network.Dispose();

    protected override Tensor Logits(Tensor input) => _network.Forward(input, ForwardPass.Evaluation).mean([0]);
}
