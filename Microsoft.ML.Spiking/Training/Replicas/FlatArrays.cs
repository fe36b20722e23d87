using Microsoft.ML.Spiking.Training.Torch.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Replicas;

/// <summary>
/// Arrays sent from one device to another as one: a transfer costs more by itself than for the bytes of most arrays.
/// </summary>
internal static class FlatArrays
{
    /// <summary>Adds the gradients of a replica's parameters to those of the network's, and drops them.</summary>
    /// <param name="replica">The parameters that have gradients; those without one add nothing.</param>
    /// <param name="network">As many parameters, on any device.</param>
    public static void AddGradients(IReadOnlyList<Tensor> replica, IReadOnlyList<Tensor> network)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        (Tensor Gradient, Tensor Parameter)[] pairs =
        [
            .. replica.Zip(network).Where(pair => pair.First.grad is not null)
                .Select(pair => (pair.First.grad!, pair.Second)),
        ];
        if (pairs.Length == 0)
        {
            return;
        }
        Tensor flat = Flat(pairs.Select(pair => pair.Gradient)).to(pairs[0].Parameter.device);
        long start = 0;
        foreach ((Tensor gradient, Tensor parameter) in pairs)
        {
            Tensor part = flat.narrow(0, start, gradient.numel()).view(gradient.shape);
            start += gradient.numel();
            if (parameter.grad is Tensor sum)
            {
                sum.Add(part);
            }
            else
            {
                parameter.grad = part.clone();
            }
        }
        foreach (Tensor parameter in replica)
        {
            parameter.grad = null;
        }
    }

    /// <summary>Copies values.</summary>
    /// <param name="from">The arrays to copy.</param>
    /// <param name="to">Arrays of the same shapes.</param>
    /// <param name="device">Their device.</param>
    public static void Copy(IReadOnlyList<Tensor> from, IReadOnlyList<Tensor> to, Device device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor flat = Flat(from).to(device);
        long start = 0;
        foreach (Tensor target in to)
        {
            target.copy_(flat.narrow(0, start, target.numel()).view(target.shape));
            start += target.numel();
        }
    }

    private static Tensor Flat(IEnumerable<Tensor> arrays) => cat([.. arrays.Select(array => array.reshape(-1))]);
}
