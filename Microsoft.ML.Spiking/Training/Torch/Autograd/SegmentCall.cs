using Microsoft.ML.Spiking.Training.Torch.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Autograd;

/// <summary>One batch on its way through a segment.</summary>
/// <param name="layers">The segment.</param>
/// <param name="pass">The batch.</param>
/// <param name="isConstant">Whether what arrives is the same at every step.</param>
/// <param name="parameterCount">How many parameters the segment trains.</param>
internal sealed class SegmentCall(TorchSequence layers, ForwardPass pass, bool isConstant, int parameterCount)
{
    /// <summary>How many parameters the segment trains.</summary>
    public int ParameterCount => parameterCount;

    /// <summary>Whether what leaves is the same at every step; known after <see cref="First"/>.</summary>
    public bool IsOutputConstant { get; private set; }

    /// <summary>What leaves the segment.</summary>
    public Tensor First(Tensor input)
    {
        TorchSignal output = layers.Forward(new(input, isConstant), pass);
        IsOutputConstant = output.IsConstant;
        return output.Values;
    }

    /// <summary>The same once more, without a trace.</summary>
    public Tensor Again(Tensor input) => layers.Forward(new(input, isConstant), pass.Again()).Values;
}
