namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>
/// Layers one after the other. What passes between two of them is released as soon as the later one has run; what the
/// gradient needs of it, autograd holds.
/// </summary>
internal sealed class TorchSequence(IReadOnlyList<TorchLayer> layers) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        TorchSignal signal = input;
        foreach (TorchLayer layer in layers)
        {
            TorchSignal next = layer.Forward(signal, pass);
            if (!ReferenceEquals(next.Values, signal.Values))
            {
                Release(signal, input);
            }
            signal = next;
        }
        return signal;
    }
}
