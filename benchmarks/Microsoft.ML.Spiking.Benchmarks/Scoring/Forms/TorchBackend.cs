using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring.Forms;

/// <summary>
/// The library's own network on libtorch, as <c>ScoringBackend.Torch</c> uses it, with its kernels for pooling too.
/// </summary>
internal sealed class TorchBackend : TorchForm
{
    private readonly TorchNetwork _network;

    public TorchBackend(NetworkDefinition definition, NetworkWeights weights) : base(definition)
    {
        _network = new(definition, CPU);
        _network.Parameters.Import(weights);
    }

    public override void Dispose() => _network.Dispose();

    protected override Tensor Logits(Tensor input) => _network.Forward(input, ForwardPass.Evaluation).mean([0]);
}
