using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Panels;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// The common part of convolutions that go by active inputs or by spikes: the sizes, the weights of each group of
/// channels in panels, and the blocks of steps.
/// </summary>
/// <param name="shape">The sizes.</param>
/// <param name="groups">The weights of each group of channels.</param>
/// <param name="timeSteps">T.</param>
/// <param name="blockSteps">The most steps of a block.</param>
internal abstract class PanelConvolutionExecutor<TLanes, TWide>(
    ConvolutionShape shape, PanelWeights<TLanes, TWide>[] groups, int timeSteps, int blockSteps) : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
    where TWide : unmanaged, IPanel<TWide>
{
    private protected readonly ConvolutionShape Shape = shape;
    private protected readonly PanelWeights<TLanes, TWide>[] Groups = groups;
    private protected readonly int TimeSteps = timeSteps;
    private protected readonly TimeBlocks Blocks = new(timeSteps, blockSteps);

    public sealed override long OutputLength => (long)TimeSteps * Shape.OutputSize;

    /// <summary>Gets the inputs of a group of channels at one step.</summary>
    private protected int GroupSize => checked(Shape.InputPixels * Shape.GroupInputs);
}
