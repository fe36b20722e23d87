using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Optimizers;

/// <summary>
/// The weights of linear layers and convolutions that were 0 when a training began, and stay 0: their gradients and
/// steps are 0. Never waits for the device.
/// </summary>
internal sealed class WeightMasks : IDisposable
{
    private readonly List<(Tensor Parameter, Tensor Mask)> _masks = [];

    /// <param name="parameters">The arrays in training.</param>
    /// <param name="initial">The weights that the training starts from.</param>
    public WeightMasks(TorchParameters parameters, NetworkWeights initial)
    {
        foreach (ParameterSpec spec in parameters.Definition.Parameters)
        {
            float[] mask = [.. initial[spec.Name].Array.Select(value => value == 0 ? 0f : 1f)];
            if (spec.Role == ParameterRole.Weight && mask.Contains(0f))
            {
                Tensor parameter = parameters[spec.Name];
                Tensor tensor = zeros(parameter.shape, parameters.Type, parameters.Device).DetachFromDisposeScope();
                TensorCopy.Fill(tensor, mask);
                _masks.Add((parameter, tensor));
            }
        }
    }

    /// <summary>Clears the gradients of weights that stay 0; to be called before a step.</summary>
    public void ApplyToGradients() => Apply(parameter => parameter.grad);

    /// <summary>Sets the weights that stay 0 to 0; to be called after a step, for what momentum moved.</summary>
    public void ApplyToWeights() => Apply(parameter => parameter);

    public void Dispose()
    {
        foreach ((_, Tensor mask) in _masks)
        {
            mask.Dispose();
        }
    }

    private void Apply(Func<Tensor, Tensor?> choose)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        foreach ((Tensor parameter, Tensor mask) in _masks)
        {
            choose(parameter)?.mul_(mask);
        }
    }
}
