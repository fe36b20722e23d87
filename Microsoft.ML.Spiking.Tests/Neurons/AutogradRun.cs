using Microsoft.ML.Spiking.Training.Torch.Autograd;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Neurons;

/// <summary>The results of a forward and backward pass through a neuron, as contiguous [T, n].</summary>
internal sealed record AutogradRun(double[] Spikes, long? Count, double[] CurrentGradient, double[] LearnedGradient)
{
    /// <summary>Runs a form of a neuron.</summary>
    /// <param name="form">The form.</param>
    /// <param name="neuron">The neuron.</param>
    /// <param name="learned">Its learned value, if it has one.</param>
    /// <param name="current">[T, n], or [n] if constant.</param>
    /// <param name="upstream">[T, n]: the gradient with respect to the spikes.</param>
    /// <param name="timeSteps">T.</param>
    /// <param name="isConstant">Whether the current is the same at every step.</param>
    /// <param name="isTransposed">Whether current and gradient are stored as [n, T].</param>
    /// <param name="type">The type to compute in.</param>
    public static AutogradRun Of(TorchNeuron form, SpikingNeuronDefinition neuron, float learned, float[] current,
        float[] upstream, int timeSteps, bool isConstant, bool isTransposed, ScalarType type)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = upstream.Length / timeSteps;
        Tensor leaf = Lay(tensor(current, isConstant ? [n] : [timeSteps, n]), isTransposed, type).requires_grad_();
        Tensor[] scalars = [.. neuron.LearnedScalars.Select(_ => full([1], learned, type).requires_grad_())];
        NeuronSpikes spikes = form.Forward(new(leaf, timeSteps, isConstant), scalars);
        spikes.Values.backward([Lay(tensor(upstream, [timeSteps, n]), isTransposed, type)]);
        CallbackGradients.Release();
        return new(Values(spikes.Values), spikes.Count, Values(leaf.grad!),
            [.. scalars.SelectMany(scalar => scalar.grad is Tensor gradient ? Values(gradient) : [0])]);
    }

    private static Tensor Lay(Tensor values, bool isTransposed, ScalarType type)
    {
        Tensor typed = values.to_type(type);
        return (isTransposed && typed.dim() == 2 ? typed.t().contiguous().t() : typed).detach();
    }

    // TorchSharp's accessor does not take an empty tensor.
    private static double[] Values(Tensor tensor) => tensor.numel() == 0 ? [] :
        tensor.detach().to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
