using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Layers;

/// <summary><see cref="FeedbackLayer"/>: its rates, the same at every step.</summary>
/// <param name="layer">The layer.</param>
/// <param name="timeSteps">T.</param>
/// <param name="weight">Its weights.</param>
internal sealed class TorchFeedback(FeedbackLayer layer, int timeSteps, Tensor weight) : TorchLayer
{
    public override TorchSignal Forward(TorchSignal input, ForwardPass pass)
    {
        using DisposeScope scope = NewDisposeScope();
        ScalarType type = input.Values.dtype;
        Tensor values = type == ScalarType.BFloat16 ? input.Values.to_type(ScalarType.Float32) : input.Values;
        Tensor rates = new FeedbackOperation(layer, timeSteps, pass.Stalled).Run(values, weight);
        rates = rates.dtype == type ? rates : rates.to_type(type);
        using Tensor once = rates.detach().unsqueeze(0);
        pass.Spikes?.Add(layer.Name, new(once, Count: null));
        pass.NeuronOutputs?.Invoke(layer.Name, rates.unsqueeze(0));
        return new(rates.MoveToOuterDisposeScope(), IsConstant: true);
    }
}
