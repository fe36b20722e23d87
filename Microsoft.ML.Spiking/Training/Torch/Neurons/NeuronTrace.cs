using TorchSharp;

namespace Microsoft.ML.Spiking.Training.Torch.Neurons;

/// <summary>A neuron layer's state after each time step, for tests and for the inspection of single neurons.</summary>
internal sealed class NeuronTrace : IDisposable
{
    private readonly List<torch.Tensor> _potentials = [];
    private readonly List<torch.Tensor> _complementary = [];

    /// <summary>Gets the membrane potential v after each step's reset.</summary>
    public IReadOnlyList<torch.Tensor> Potentials => _potentials;

    /// <summary>Gets the complementary potential m after each step; empty for neurons without one.</summary>
    public IReadOnlyList<torch.Tensor> Complementary => _complementary;

    public void Add(torch.Tensor v, torch.Tensor? m = null)
    {
        _potentials.Add(Keep(v));
        if (m is not null)
        {
            _complementary.Add(Keep(m));
        }
    }

    public void Dispose()
    {
        foreach (torch.Tensor tensor in _potentials.Concat(_complementary))
        {
            tensor.Dispose();
        }
    }

    private static torch.Tensor Keep(torch.Tensor tensor) => tensor.detach().clone().DetachFromDisposeScope();
}
