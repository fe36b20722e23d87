namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary>A layer of a network that is trained. It borrows its parameters from the network.</summary>
internal abstract class TorchLayer
{
    /// <summary>What leaves the layer; nothing of the batch is kept. The input remains the caller's.</summary>
    public abstract TorchSignal Forward(TorchSignal input, ForwardPass pass);

    /// <summary>Releases a signal that is no longer needed, unless it is the caller's input.</summary>
    private protected static void Release(TorchSignal signal, TorchSignal input)
    {
        if (!ReferenceEquals(signal.Values, input.Values))
        {
            signal.Values.Dispose();
        }
    }
}
